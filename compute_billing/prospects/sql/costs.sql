-- What a tenant's rated use of some days cost, by day, cluster and class of tax: net is behind the
-- commercial discount, unpaid the part of it that is credit or arrears. Use is recorded after it
-- began, so its charges lie from that month on.
WITH charge AS (
    SELECT c.recorded_month, c.id, c.price_id, c.cluster_id, c.quantity,
        c.programme + c.tenant AS net,
        (c.segment_start AT TIME ZONE %(time_zone)s)::date AS day
    FROM rating_charge c
    WHERE c.tenant_id = %(tenant_id)s
        AND c.recorded_month >= date_trunc('month', %(starts_at)s AT TIME ZONE 'UTC')::date
        AND c.segment_start >= %(starts_at)s AND c.segment_start < %(ends_at)s
), unpaid AS (
    SELECT s.recorded_month, s.charge_id, sum(s.amount) AS amount
    FROM rating_charge_share s
    JOIN charge c ON c.recorded_month = s.recorded_month AND c.id = s.charge_id
    WHERE s.tenant_id = %(tenant_id)s AND s.payer_kind IN ('credit', 'arrears')
    GROUP BY s.recorded_month, s.charge_id
)
SELECT c.day, cluster.code AS cluster, centre.operator_id, card.is_domestic, price.tax_class,
    sum(c.net)::bigint AS net, coalesce(sum(u.amount), 0)::bigint AS unpaid,
    sum(c.quantity)::bigint AS quantity
FROM charge c
JOIN catalogue_price price ON price.id = c.price_id
JOIN catalogue_meter meter ON meter.id = price.meter_id
JOIN catalogue_card_type card ON card.id = meter.card_type_id
JOIN catalogue_cluster cluster ON cluster.id = c.cluster_id
JOIN catalogue_compute_centre centre ON centre.id = cluster.centre_id
LEFT JOIN unpaid u ON u.recorded_month = c.recorded_month AND u.charge_id = c.id
GROUP BY c.day, cluster.code, centre.operator_id, card.is_domestic, price.tax_class
HAVING sum(c.net) <> 0 OR sum(c.quantity) <> 0
ORDER BY c.day, cluster.code, price.tax_class, card.is_domestic
