-- What some entries of a payee consist of: by kind, month, cluster and price, with what each bore.
SELECT e.kind, e.month, c.code AS cluster, c.name AS cluster_name, m.code AS meter,
    e.price_id, p.unit_price_micro AS unit_price, t.commission_ppm,
    count(DISTINCT e.tenant_id) AS tenants, sum(e.amount)::bigint AS amount,
    sum(e.commission)::bigint AS commission, sum(e.commission_tax)::bigint AS commission_tax
FROM payouts_earning e
JOIN payouts_entry y ON y.id = e.entry_id
JOIN payouts_terms t ON t.id = e.terms_id
LEFT JOIN catalogue_cluster c ON c.id = e.cluster_id
LEFT JOIN catalogue_price p ON p.id = e.price_id
LEFT JOIN catalogue_meter m ON m.id = p.meter_id
WHERE y.payee_id = %(payee_id)s AND y.sequence > %(after)s AND y.sequence <= %(through)s
GROUP BY e.kind, e.month, c.code, c.name, m.code, e.price_id, p.unit_price_micro, t.commission_ppm
ORDER BY e.month, e.kind, c.code, m.code, e.price_id
