-- The movements of an account in book order, each with the balance after it.
SELECT * FROM (
    SELECT m.posting_id, m.transaction_id, t.kind, t.reference, t.occurred_at, t.recorded_at,
        m.other_account_id, m.amount,
        sum(m.amount) OVER (ORDER BY m.posting_id)::bigint AS balance_after
    FROM (
        SELECT id AS posting_id, transaction_id, source_account_id AS other_account_id, amount
        FROM ledger_posting WHERE destination_account_id = %(account_id)s
        UNION ALL
        SELECT id, transaction_id, destination_account_id, -amount
        FROM ledger_posting WHERE source_account_id = %(account_id)s
    ) m JOIN ledger_transaction t ON t.id = m.transaction_id
) movement
WHERE posting_id > %(after_posting_id)s
ORDER BY posting_id
LIMIT %(limit)s
