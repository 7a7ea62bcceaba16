-- The fewest cards that are free on a day of a span; a day that nobody offers has none.
SELECT CASE WHEN count(*) = %(days)s THEN min(sellable - sold) ELSE 0 END AS free
FROM packages_capacity_day
WHERE cluster_id = %(cluster_id)s AND meter_id = %(meter_id)s
    AND day >= %(starts_on)s AND day < %(ends_on)s
