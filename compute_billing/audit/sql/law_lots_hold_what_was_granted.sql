-- What came from outside into a lot, or from the fund into an award, is what the terms say.
WITH granted AS (
    SELECT account_id, granted AS amount FROM ledger_credit_lot
    UNION ALL
    SELECT account_id, cap_micro FROM subsidies_award WHERE mode <> 'in_kind'
), received AS (
    SELECT p.destination_account_id AS account_id, sum(p.amount) AS amount
    FROM ledger_posting p
    JOIN ledger_account s ON s.id = p.source_account_id
        AND s.kind IN ('cash', 'promotion_cost', 'card_time_granted', 'fund')
    -- What a bank sent back comes to a lot again; it was granted once.
    JOIN ledger_transaction t ON t.id = p.transaction_id
        AND t.kind NOT IN ('refund_returned', 'dispute_returned')
    JOIN granted g ON g.account_id = p.destination_account_id
    GROUP BY p.destination_account_id
)
SELECT g.account_id, g.amount AS granted, r.amount AS received
FROM granted g LEFT JOIN received r ON r.account_id = g.account_id
WHERE g.amount <> coalesce(r.amount, 0)
ORDER BY g.account_id
LIMIT %(limit)s
