-- Arrears accounts that got back more than they owed, by a correction of use that was paid since,
-- each with the lot of its operator that the money goes back to: where it expires last, it lies
-- longest.
SELECT owed.account_id, owed.amount, lot.account_id AS lot_account_id
FROM (
    SELECT a.id AS account_id, a.operator_id, (
            SELECT coalesce(sum(amount), 0) FROM ledger_posting WHERE destination_account_id = a.id
        )::bigint - (
            SELECT coalesce(sum(amount), 0) FROM ledger_posting WHERE source_account_id = a.id
        )::bigint AS amount
    FROM ledger_account a
    WHERE a.owner_kind = 'tenant' AND a.owner_id = %(tenant_id)s AND a.kind = 'arrears'
) owed
CROSS JOIN LATERAL (
    SELECT account_id FROM ledger_credit_lot
    WHERE tenant_id = %(tenant_id)s AND stage = 'paid' AND operator_id = owed.operator_id
    ORDER BY cluster_id IS NULL AND meter_id IS NULL AND project_id IS NULL DESC,
        expires_at DESC NULLS FIRST, account_id DESC
    LIMIT 1
) lot
WHERE owed.amount > 0
ORDER BY owed.account_id
