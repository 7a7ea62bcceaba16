UPDATE packages_capacity_day SET sold = sold + %(cards)s
WHERE cluster_id = %(cluster_id)s AND meter_id = %(meter_id)s
    AND day >= %(starts_on)s AND day < %(ends_on)s
