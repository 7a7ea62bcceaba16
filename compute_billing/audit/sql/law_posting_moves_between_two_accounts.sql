-- An account that does not exist is found by the law that units sum to zero.
SELECT p.id AS posting_id, p.transaction_id, p.amount, p.unit
FROM ledger_posting p
LEFT JOIN ledger_account s ON s.id = p.source_account_id
LEFT JOIN ledger_account d ON d.id = p.destination_account_id
LEFT JOIN ledger_transaction t ON t.id = p.transaction_id
WHERE p.amount <= 0
    OR p.source_account_id = p.destination_account_id
    OR p.unit <> s.unit
    OR p.unit <> d.unit
    OR t.id IS NULL
ORDER BY p.id
LIMIT %(limit)s
