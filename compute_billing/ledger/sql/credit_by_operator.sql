-- What tenants used on credit and have not paid back, by operator: the money of the limit went to an
-- account of its own, and what came back came from a lot that buys its compute, or from that account.
WITH credit AS (
    SELECT id, owner_id AS tenant_id FROM ledger_account
    WHERE owner_kind = 'tenant' AND owner_id = ANY(%(tenant_ids)s) AND kind = 'credit'
), moved AS (
    SELECT c.tenant_id, c.id AS account_id, p.destination_account_id AS other_id, sum(p.amount) AS amount
    FROM credit c JOIN ledger_posting p ON p.source_account_id = c.id
    GROUP BY c.tenant_id, c.id, p.destination_account_id
    UNION ALL
    SELECT c.tenant_id, c.id, p.source_account_id, -sum(p.amount)
    FROM credit c JOIN ledger_posting p ON p.destination_account_id = c.id
    GROUP BY c.tenant_id, c.id, p.source_account_id
)
SELECT m.tenant_id, coalesce(lot.operator_id, other.owner_id) AS operator_id, m.account_id,
    sum(m.amount)::bigint AS outstanding
FROM moved m
JOIN ledger_account other ON other.id = m.other_id
LEFT JOIN ledger_credit_lot lot ON lot.account_id = other.id
GROUP BY 1, 2, 3
HAVING sum(m.amount) <> 0
ORDER BY 1, 2
