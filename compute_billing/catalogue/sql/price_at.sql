-- The one price of a tenant, meter and cluster at an instant: of the lists of the cluster's operator,
-- and of the newest where several of one kind offer one. The same order as rating's find_spans.
SELECT p.id
FROM catalogue_price p
JOIN catalogue_price_list l ON l.id = p.price_list_id
JOIN catalogue_cluster k ON k.id = %(cluster_id)s
JOIN catalogue_compute_centre e ON e.id = k.centre_id AND e.operator_id = l.issuer_id
LEFT JOIN catalogue_time_band b ON b.price_list_id = l.id AND b.code = p.band
WHERE p.meter_id = %(meter_id)s
    AND (p.cluster_id IS NULL OR p.cluster_id = %(cluster_id)s)
    AND p.kind <> 'royalty'
    AND p.valid @> %(at)s::timestamptz
    AND (l.kind = 'default'
        OR (l.kind = 'contract' AND l.tenant_id = %(tenant_id)s)
        OR (l.kind = 'class' AND EXISTS (
            SELECT FROM catalogue_customer_class_assignment c
            WHERE c.tenant_id = %(tenant_id)s AND c.customer_class = l.customer_class
                AND c.valid @> %(at)s::timestamptz)))
    AND (p.band = 'all'
        OR extract(hour FROM %(at)s::timestamptz AT TIME ZONE %(time_zone)s) * 60
            + extract(minute FROM %(at)s::timestamptz AT TIME ZONE %(time_zone)s)
            BETWEEN b.starts_minute AND b.ends_minute - 1)
ORDER BY CASE l.kind WHEN 'contract' THEN 0 WHEN 'class' THEN 1 ELSE 2 END,
    l.id DESC, (p.cluster_id IS NULL), (p.band = 'all'), p.correction_no DESC
LIMIT 1
