-- Day after day, so that two orders that meet wait for each other in one direction.
SELECT day, sellable, sold, sellable - sold AS free
FROM packages_capacity_day
WHERE cluster_id = %(cluster_id)s AND meter_id = %(meter_id)s
    AND day >= %(starts_on)s AND day < %(ends_on)s
ORDER BY day
FOR UPDATE
