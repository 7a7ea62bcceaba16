-- What was paid for a package = what it earned + what waits + what was given back, in its rows and
-- in the books; and what is over has nothing waiting once its last month is recognised.
WITH changed AS (
    SELECT order_id, sum(amount_micro) FILTER (WHERE amount_micro > 0) AS paid,
        -coalesce(sum(amount_micro) FILTER (WHERE amount_micro < 0), 0) AS refunded
    FROM packages_change GROUP BY order_id
), earned AS (
    SELECT order_id, sum(amount_micro) AS amount, max(month) AS last_month
    FROM packages_recognition GROUP BY order_id
), booked AS (
    SELECT o.id AS order_id,
        coalesce(sum(p.amount) FILTER (WHERE t.kind = 'package_sold'), 0) AS paid,
        coalesce(sum(p.amount) FILTER (WHERE t.kind = 'package_refunded'), 0) AS refunded,
        coalesce(sum(p.amount) FILTER (WHERE t.kind = 'package_earned'), 0) AS earned
    FROM packages_order o
    LEFT JOIN ledger_posting p
        ON o.account_id IN (p.source_account_id, p.destination_account_id)
    LEFT JOIN ledger_transaction t ON t.id = p.transaction_id
    GROUP BY o.id
)
SELECT o.id AS order_id, c.paid, c.refunded, coalesce(e.amount, 0) AS earned, b.posted AS waits
FROM packages_order o
LEFT JOIN changed c ON c.order_id = o.id
LEFT JOIN earned e ON e.order_id = o.id
LEFT JOIN ledger_balance b ON b.account_id = o.account_id
LEFT JOIN booked k ON k.order_id = o.id
WHERE coalesce(c.paid, 0) - coalesce(c.refunded, 0) - coalesce(e.amount, 0)
        IS DISTINCT FROM b.posted::numeric
    OR coalesce(c.paid, 0) <> k.paid OR coalesce(c.refunded, 0) <> k.refunded
    OR coalesce(e.amount, 0) <> k.earned
    OR (e.last_month >= date_trunc('month', greatest(o.ends_on - 1, o.starts_on)::timestamp)
        AND b.posted <> 0)
ORDER BY o.id
LIMIT %(limit)s
