-- The card time of a change is its cards for its time, month by month, and stands in the books.
WITH months AS (
    SELECT p.change_id, p.month, p.starts_at, p.ends_at, sum(p.quantity) AS quantity
    FROM packages_piece p
    GROUP BY p.change_id, p.month, p.starts_at, p.ends_at
), wrong_months AS (
    SELECT c.order_id, c.id AS change_id, m.month, m.quantity,
        (c.cards_after::numeric - c.cards_before) * 1000
            * (extract(epoch FROM m.ends_at - m.starts_at) * 1000)::bigint AS expected
    FROM packages_change c JOIN months m ON m.change_id = c.id
), wrong_spans AS (
    SELECT c.order_id, c.id AS change_id, NULL::date AS month,
        (extract(epoch FROM sum(m.ends_at - m.starts_at)) * 1000)::numeric AS quantity,
        (extract(epoch FROM max(m.ends_at) - min(m.starts_at)) * 1000)::numeric AS expected,
        count(m.month) AS months,
        (extract(year FROM age(date_trunc('month', (c.ends_on - 1)::timestamp),
            date_trunc('month', c.starts_on::timestamp))) * 12
        + extract(month FROM age(date_trunc('month', (c.ends_on - 1)::timestamp),
            date_trunc('month', c.starts_on::timestamp))) + 1)::bigint AS months_expected
    FROM packages_change c LEFT JOIN months m ON m.change_id = c.id
    GROUP BY c.id
), lots AS (
    SELECT p.account_id, min(c.order_id) AS order_id,
        sum(p.quantity) FILTER (WHERE p.quantity > 0) AS given,
        -coalesce(sum(p.quantity) FILTER (WHERE p.quantity < 0), 0) AS taken
    FROM packages_piece p JOIN packages_change c ON c.id = p.change_id
    GROUP BY p.account_id
), returned AS (
    SELECT p.source_account_id AS account_id, sum(p.amount) AS amount
    FROM ledger_posting p
    JOIN ledger_transaction t ON t.id = p.transaction_id AND t.kind = 'package_return'
    GROUP BY p.source_account_id
)
SELECT * FROM (
    SELECT order_id, change_id, NULL::bigint AS account_id, month, quantity, expected
    FROM wrong_months WHERE quantity <> expected
    UNION ALL
    SELECT order_id, change_id, NULL, month, quantity, expected
    FROM wrong_spans WHERE quantity IS DISTINCT FROM expected OR months <> months_expected
    UNION ALL
    SELECT l.order_id, NULL, l.account_id, NULL, l.given, lot.granted
    FROM lots l LEFT JOIN ledger_credit_lot lot ON lot.account_id = l.account_id
    WHERE l.given IS DISTINCT FROM lot.granted
    UNION ALL
    SELECT l.order_id, NULL, account_id, NULL, l.taken, r.amount
    FROM lots l FULL JOIN returned r USING (account_id)
    WHERE coalesce(l.taken, 0) <> coalesce(r.amount, 0)
) broken
ORDER BY order_id, change_id, account_id
LIMIT %(limit)s
