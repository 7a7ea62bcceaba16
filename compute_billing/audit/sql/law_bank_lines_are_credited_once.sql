-- A line of a bank statement that became a tenant's money is one paid lot of exactly its amount, in
-- the custody of its account; and no lot says that it came from the bank without such a line.
WITH credited AS (
    SELECT d.line_id, 'bank:' || l.public_id AS reference, d.tenant_id, d.lot_account_id, a.custody,
        l.amount_fen * 10000 AS amount, d.amount_fen * 10000 AS decided
    FROM bank_decision d
    JOIN bank_line l ON l.id = d.line_id
    JOIN bank_account a ON a.id = l.account_id
    WHERE d.fate = 'credit'
), booked AS (
    SELECT t.reference, p.destination_account_id AS account_id, sum(p.amount) AS amount
    FROM ledger_transaction t
    JOIN ledger_posting p ON p.transaction_id = t.id
    WHERE t.kind = 'top_up' AND t.reference LIKE 'bank:%%'
    GROUP BY t.reference, p.destination_account_id
)
SELECT coalesce(c.reference, b.reference) AS reference, c.line_id, c.amount, b.amount AS booked
FROM credited c
FULL JOIN booked b ON b.reference = c.reference AND b.account_id = c.lot_account_id
LEFT JOIN ledger_credit_lot k ON k.account_id = c.lot_account_id
WHERE c.line_id IS NULL OR c.amount IS DISTINCT FROM b.amount OR c.amount <> c.decided
    OR k.granted IS DISTINCT FROM c.amount OR k.tenant_id IS DISTINCT FROM c.tenant_id
    OR k.funded_by IS DISTINCT FROM c.custody
ORDER BY 1
LIMIT %(limit)s
