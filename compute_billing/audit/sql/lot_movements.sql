-- What else came into a lot and left it, in book order: grants, refunds, purchases, debts, expiry.
SELECT t.kind, t.reference, t.occurred_at,
    (CASE WHEN p.destination_account_id = %(account_id)s THEN p.amount ELSE -p.amount END)
        AS amount
FROM ledger_posting p
JOIN ledger_transaction t ON t.id = p.transaction_id AND t.kind <> 'rating'
WHERE p.destination_account_id = %(account_id)s OR p.source_account_id = %(account_id)s
ORDER BY p.id
LIMIT %(limit)s
