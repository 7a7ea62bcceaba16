-- Real balances by unit and kind of account, from the postings alone; per unit they sum to zero.
SELECT a.unit, a.kind, sum(m.amount)::bigint AS balance
FROM (
    SELECT destination_account_id AS account_id, sum(amount) AS amount
    FROM ledger_posting WHERE destination_account_id > 0 GROUP BY destination_account_id
    UNION ALL
    SELECT source_account_id, -sum(amount) FROM ledger_posting
    WHERE source_account_id > 0 GROUP BY source_account_id
) m JOIN ledger_account a ON a.id = m.account_id
GROUP BY a.unit, a.kind
ORDER BY a.unit, a.kind
