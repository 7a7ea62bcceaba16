-- A month of a package: what its lots were given less what was taken back, and what is left of it.
WITH lots AS (
    SELECT p.month, p.account_id, sum(p.quantity) AS granted
    FROM packages_piece p JOIN packages_change c ON c.id = p.change_id
    WHERE c.order_id = %(order_id)s
    GROUP BY p.month, p.account_id
)
SELECT l.month, sum(l.granted)::bigint AS granted, sum(l.granted - b.posted)::bigint AS used,
    sum(b.posted)::bigint AS left
FROM lots l JOIN ledger_balance b ON b.account_id = l.account_id
GROUP BY l.month
ORDER BY l.month
