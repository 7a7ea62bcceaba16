SELECT id, unit FROM ledger_account WHERE id = ANY(%(account_ids)s::bigint[])
