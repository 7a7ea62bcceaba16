-- Packages and the months up to this one in which something is not recognised yet, oldest first.
-- Behind its last day a package has nothing left to earn.
SELECT o.id AS order_id, months.month::date AS month
FROM packages_order o
CROSS JOIN LATERAL (
    SELECT month::date AS month
    FROM generate_series(date_trunc('month', o.starts_on::timestamp),
        least(%(month)s::timestamp,
            date_trunc('month', greatest(o.ends_on - 1, o.starts_on)::timestamp)),
        interval '1 month') AS month
) months
WHERE o.starts_on < %(month_end)s
    AND NOT EXISTS (SELECT FROM packages_recognition r
        WHERE r.order_id = o.id AND r.month = months.month)
ORDER BY o.id, months.month
