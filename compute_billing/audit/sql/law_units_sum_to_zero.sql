-- By the account's own unit, so that value which left for nowhere, or came from there, is seen.
SELECT a.unit, sum(side.amount) AS sum_of_balances
FROM (
    SELECT destination_account_id AS account_id, amount::numeric FROM ledger_posting
    UNION ALL
    SELECT source_account_id, -amount::numeric FROM ledger_posting
) side
JOIN ledger_account a ON a.id = side.account_id
GROUP BY a.unit
HAVING sum(side.amount) <> 0
ORDER BY a.unit
LIMIT %(limit)s
