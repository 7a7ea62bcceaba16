INSERT INTO packages_capacity_day (cluster_id, meter_id, day, sellable, sold)
SELECT %(cluster_id)s, %(meter_id)s, day::date, %(cards)s, 0
FROM generate_series(%(starts_on)s::date, %(ends_on)s::date - 1, interval '1 day') AS day
ORDER BY day
ON CONFLICT (cluster_id, meter_id, day) DO UPDATE SET sellable = EXCLUDED.sellable
