-- What a tenant used by place in a time, and what own money paid or would pay of it: `money` of what
-- was not card time, in micro-yuan, and the first price of a card-hour where all of it was.
SELECT e.operator_id, c.cluster_id, p.meter_id, c.project_id,
    sum(c.quantity)::bigint AS quantity, sum(c.quantity - c.quantity_in_kind)::bigint AS priced,
    sum(c.gross - c.programme)::bigint AS money, sum(c.tenant)::bigint AS tenant,
    sum(c.quantity * coalesce(p.unit_price_micro, t.unit_price_micro)) AS listed
FROM rating_charge c
JOIN catalogue_price p ON p.id = c.price_id
LEFT JOIN catalogue_price_tier t ON t.price_id = p.id AND t.from_quantity = 0
JOIN catalogue_cluster k ON k.id = c.cluster_id
JOIN catalogue_compute_centre e ON e.id = k.centre_id
WHERE c.tenant_id = %(tenant_id)s
    AND c.recorded_month >= date_trunc('month', %(since)s AT TIME ZONE 'UTC')::date
    AND c.segment_start >= %(since)s AND c.segment_start < %(until)s
GROUP BY e.operator_id, c.cluster_id, p.meter_id, c.project_id
ORDER BY c.cluster_id, p.meter_id, c.project_id
