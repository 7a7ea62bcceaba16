WITH moved AS (
    SELECT account_id, sum(amount) AS amount
    FROM (
        SELECT destination_account_id AS account_id, amount::numeric FROM ledger_posting
        UNION ALL
        SELECT source_account_id, -amount::numeric FROM ledger_posting
    ) side
    GROUP BY account_id
)
SELECT b.account_id, b.posted, coalesce(moved.amount, 0) AS sum_of_postings
FROM ledger_balance b LEFT JOIN moved ON moved.account_id = b.account_id
WHERE b.posted <> coalesce(moved.amount, 0)
ORDER BY b.account_id
LIMIT %(limit)s
