-- What the shares of a transaction take from an account is what its postings took.
WITH shared AS (
    SELECT transaction_id, account_id, unit, sum(amount) AS amount
    FROM verify_shared GROUP BY transaction_id, account_id, unit
), charging AS (
    SELECT transaction_id AS id FROM shared
    UNION SELECT id FROM ledger_transaction WHERE kind = 'rating'
), posted AS (
    SELECT p.transaction_id, side.account_id, p.unit, sum(side.amount) AS amount
    FROM charging
    JOIN ledger_posting p ON p.transaction_id = charging.id
    CROSS JOIN LATERAL (VALUES (p.source_account_id, p.amount::numeric),
        (p.destination_account_id, -p.amount::numeric)) AS side (account_id, amount)
    LEFT JOIN ledger_account a ON a.id = side.account_id
    WHERE a.id IS NULL OR a.kind NOT IN ('compute_revenue', 'card_time_used')
    GROUP BY p.transaction_id, side.account_id, p.unit
)
SELECT transaction_id, account_id, unit, s.amount AS shares, p.amount AS postings
FROM shared s FULL JOIN posted p USING (transaction_id, account_id, unit)
WHERE coalesce(s.amount, 0) <> coalesce(p.amount, 0)
ORDER BY transaction_id, account_id
LIMIT %(limit)s
