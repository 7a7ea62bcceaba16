SELECT coalesce(sum(p.amount), 0)::bigint AS amount
FROM ledger_account a JOIN ledger_posting p ON p.destination_account_id = a.id
WHERE a.owner_kind = 'tenant' AND a.owner_id = %(tenant_id)s AND a.kind = 'arrears'
