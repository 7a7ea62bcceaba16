-- The day of a span on which all meters of a cluster together offer most cards.
SELECT day, sum(sellable)::bigint AS sellable
FROM packages_capacity_day
WHERE cluster_id = %(cluster_id)s AND day >= %(starts_on)s AND day < %(ends_on)s
GROUP BY day
ORDER BY sellable DESC, day
LIMIT 1
