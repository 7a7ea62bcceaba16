SELECT c.code AS cluster, c.name AS cluster_name, m.code AS card_type,
    date_trunc('month', d.day::timestamp)::date AS month, count(*)::int AS days,
    min(d.sellable)::int AS sellable, max(d.sold)::int AS sold, min(d.sellable - d.sold)::int AS free
FROM packages_capacity_day d
JOIN catalogue_cluster c ON c.id = d.cluster_id
JOIN catalogue_meter m ON m.id = d.meter_id
JOIN catalogue_compute_centre e ON e.id = c.centre_id
WHERE (%(operator_id)s::bigint IS NULL OR e.operator_id = %(operator_id)s)
    AND d.day >= %(starts_on)s AND d.day < %(ends_on)s
GROUP BY c.code, c.name, m.code, date_trunc('month', d.day::timestamp)
ORDER BY c.code, m.code, month
