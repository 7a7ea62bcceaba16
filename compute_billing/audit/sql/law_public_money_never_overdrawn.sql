WITH moved AS (
    SELECT account_id, sum(amount) AS amount
    FROM (
        SELECT destination_account_id AS account_id, amount::numeric FROM ledger_posting
        UNION ALL
        SELECT source_account_id, -amount::numeric FROM ledger_posting
    ) side
    GROUP BY account_id
)
SELECT a.id AS account_id, a.kind, a.subject, coalesce(moved.amount, 0) AS sum_of_postings
FROM ledger_account a
LEFT JOIN moved ON moved.account_id = a.id
LEFT JOIN ledger_balance b ON b.account_id = a.id
WHERE a.kind IN ('fund', 'award')
    AND (coalesce(moved.amount, 0) < 0 OR b.floor <> 0)
ORDER BY a.id
LIMIT %(limit)s
