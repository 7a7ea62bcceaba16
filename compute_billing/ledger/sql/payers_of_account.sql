-- What each payer has paid into an account and not got back, the latest payer first.
SELECT payer.id AS account_id, sum(moved.amount)::bigint AS amount
FROM (
    SELECT source_account_id AS payer_id, amount, id
    FROM ledger_posting WHERE destination_account_id = %(account_id)s
    UNION ALL
    SELECT destination_account_id, -amount, id
    FROM ledger_posting WHERE source_account_id = %(account_id)s
) moved
JOIN ledger_account payer ON payer.id = moved.payer_id AND payer.kind IN ('paid', 'credit')
GROUP BY payer.id
HAVING sum(moved.amount) > 0
ORDER BY max(moved.id) FILTER (WHERE moved.amount > 0) DESC
