-- Arrears accounts that got back more than they owed: a correction of use that was paid since.
SELECT a.id AS account_id, (
        SELECT coalesce(sum(amount), 0) FROM ledger_posting WHERE destination_account_id = a.id
    )::bigint - (
        SELECT coalesce(sum(amount), 0) FROM ledger_posting WHERE source_account_id = a.id
    )::bigint AS amount
FROM ledger_account a
WHERE a.owner_kind = 'tenant' AND a.owner_id = %(tenant_id)s AND a.kind = 'arrears'
ORDER BY a.id
