-- One posting per pair of accounts and direction; the shares are its sub-ledger.
WITH movement AS (
    SELECT m.account_id, e.account_id AS earning_id, m.unit, sign(m.amount) AS direction,
        sum(m.amount)::bigint AS amount
    FROM unnest(%(account_ids)s::bigint[], %(units)s::text[], %(price_ids)s::bigint[],
        %(amounts)s::bigint[]) AS m (account_id, unit, price_id, amount)
    JOIN unnest(%(earning_price_ids)s::bigint[], %(earning_units)s::text[],
        %(earning_ids)s::bigint[]) AS e (price_id, unit, account_id)
        ON e.price_id = m.price_id AND e.unit = m.unit
    WHERE m.amount <> 0
    GROUP BY m.account_id, e.account_id, m.unit, sign(m.amount)
), moved AS (
    UPDATE ledger_balance b SET posted = b.posted - net.amount, version = b.version + 1
    FROM (SELECT account_id, sum(amount) AS amount FROM movement GROUP BY account_id) net
    WHERE b.account_id = net.account_id
)
INSERT INTO ledger_posting
    (transaction_id, source_account_id, destination_account_id, unit, amount)
SELECT %(transaction_id)s, CASE WHEN direction > 0 THEN account_id ELSE earning_id END,
    CASE WHEN direction > 0 THEN earning_id ELSE account_id END, unit, abs(amount)
FROM movement
ORDER BY account_id, earning_id, direction
