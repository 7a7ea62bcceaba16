-- What is booked out as breakage left a lot that had expired, for the account of the lot's operator
-- and stage; nothing else comes to such an account, and nothing leaves it.
SELECT p.id AS posting_id, p.transaction_id, p.source_account_id AS account_id, p.amount
FROM ledger_posting p
JOIN ledger_account s ON s.id = p.source_account_id
JOIN ledger_account d ON d.id = p.destination_account_id
LEFT JOIN ledger_transaction t ON t.id = p.transaction_id
LEFT JOIN ledger_credit_lot l ON l.account_id = p.source_account_id
WHERE (t.kind = 'breakage' OR s.kind = 'breakage' OR d.kind = 'breakage')
    AND (t.kind = 'breakage' AND d.kind = 'breakage' AND l.expires_at <= t.occurred_at
        AND d.owner_kind = 'operator' AND d.owner_id = l.operator_id
        AND d.subject = l.stage) IS NOT TRUE
ORDER BY p.id
LIMIT %(limit)s
