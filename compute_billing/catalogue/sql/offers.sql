-- Which cards of which clusters a tenant has a price for at an instant.
SELECT DISTINCT k.code AS cluster, k.name AS cluster_name, m.code AS card_type
FROM catalogue_price p
JOIN catalogue_price_list l ON l.id = p.price_list_id
JOIN catalogue_meter m ON m.id = p.meter_id
JOIN catalogue_compute_centre e ON e.operator_id = l.issuer_id
JOIN catalogue_cluster k ON k.centre_id = e.id
    AND (p.cluster_id IS NULL OR p.cluster_id = k.id)
WHERE (p.id < 0) = (%(tenant_id)s < 0) AND p.kind <> 'royalty' AND p.valid @> %(at)s::timestamptz
    AND (l.kind = 'default'
        OR (l.kind = 'contract' AND l.tenant_id = %(tenant_id)s)
        OR (l.kind = 'class' AND EXISTS (
            SELECT FROM catalogue_customer_class_assignment c
            WHERE c.tenant_id = %(tenant_id)s AND c.customer_class = l.customer_class
                AND c.valid @> %(at)s::timestamptz)))
ORDER BY k.code, m.code
