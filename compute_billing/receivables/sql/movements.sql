-- What moved between a tenant and each operator, by transaction, up to an instant. `effect` is what the
-- tenant has more of: its money with the operator less what it owes it. `inside` moved between
-- the tenant's own accounts, from its money to what it owes (below zero, back).
WITH own AS (
    SELECT account_id AS id, true AS is_money, operator_id FROM ledger_credit_lot
    WHERE tenant_id = %(tenant_id)s AND stage = 'paid'
    UNION ALL
    SELECT id, false, operator_id FROM ledger_account
    WHERE owner_kind = 'tenant' AND owner_id = %(tenant_id)s AND kind IN ('credit', 'arrears')
), side AS (
    SELECT p.transaction_id, -p.amount AS amount, own.is_money, own.operator_id,
        p.destination_account_id AS other_id
    FROM own JOIN ledger_posting p ON p.source_account_id = own.id
    UNION ALL
    SELECT p.transaction_id, p.amount, own.is_money, own.operator_id, p.source_account_id
    FROM own JOIN ledger_posting p ON p.destination_account_id = own.id
), moved AS (
    SELECT s.transaction_id, s.amount, s.is_money, other.id IS NOT NULL AS is_inside,
        coalesce(s.operator_id, other.operator_id,
            CASE WHEN a.owner_kind = 'operator' THEN a.owner_id END) AS operator_id
    FROM side s
    JOIN ledger_account a ON a.id = s.other_id
    LEFT JOIN own other ON other.id = s.other_id
)
SELECT m.operator_id, t.id AS transaction_id, t.kind, t.reference, t.recorded_at,
    coalesce(sum(m.amount) FILTER (WHERE NOT m.is_inside), 0)::bigint AS effect,
    coalesce(-sum(m.amount) FILTER (WHERE m.is_inside AND m.is_money), 0)::bigint AS inside
FROM moved m JOIN ledger_transaction t ON t.id = m.transaction_id
WHERE t.recorded_at < %(until)s
GROUP BY m.operator_id, t.id
ORDER BY t.recorded_at, t.id
