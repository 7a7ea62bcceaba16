WITH correction AS (
    SELECT r.* FROM verify_scope s JOIN metering_usage_record r USING (tenant_id, recorded_month)
    WHERE r.corrects_id IS NOT NULL AND r.recorded_month = ANY(%(months)s::date[])
), tied AS (
    SELECT c.id AS usage_id, c.tenant_id, c.corrects_id,
        o.id IS NOT NULL AND o.quantity > 0
            AND c.started_at >= o.started_at AND c.ended_at <= o.ended_at
            AND (c.cluster_id, c.meter_id, c.milli_cards)
                = (o.cluster_id, o.meter_id, o.milli_cards) AS is_inside,
        o.quantity + (
            SELECT sum(x.quantity) FROM metering_usage_record x
            WHERE x.tenant_id = c.tenant_id AND x.allocation_id = c.allocation_id
                AND x.corrects_id = c.corrects_id) AS left_over
    FROM correction c
    LEFT JOIN metering_usage_record o ON o.tenant_id = c.tenant_id
        AND o.allocation_id = c.allocation_id AND o.id = c.corrects_id
)
SELECT tenant_id, usage_id, corrects_id, left_over
FROM tied WHERE NOT is_inside OR left_over < 0
ORDER BY usage_id
LIMIT %(limit)s
