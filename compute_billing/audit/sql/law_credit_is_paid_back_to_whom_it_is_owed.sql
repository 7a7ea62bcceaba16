-- What lots paid back of credit is never more than was used of it with their operator.
WITH moved AS (
    SELECT c.owner_id AS tenant_id, p.destination_account_id AS other_id, p.amount
    FROM ledger_account c JOIN ledger_posting p ON p.source_account_id = c.id
    WHERE c.owner_kind = 'tenant' AND c.kind = 'credit'
    UNION ALL
    SELECT c.owner_id, p.source_account_id, -p.amount
    FROM ledger_account c JOIN ledger_posting p ON p.destination_account_id = c.id
    WHERE c.owner_kind = 'tenant' AND c.kind = 'credit'
)
SELECT m.tenant_id, coalesce(lot.operator_id, other.owner_id) AS operator_id,
    sum(m.amount)::bigint AS owed
FROM moved m
JOIN ledger_account other ON other.id = m.other_id
LEFT JOIN ledger_credit_lot lot ON lot.account_id = other.id
GROUP BY 1, 2
HAVING sum(m.amount) < 0
ORDER BY 1, 2
LIMIT %(limit)s
