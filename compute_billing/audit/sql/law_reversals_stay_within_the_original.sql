WITH reversal AS (
    SELECT c.* FROM verify_scope s JOIN rating_charge c USING (tenant_id, recorded_month)
    WHERE c.reverses_id IS NOT NULL AND c.recorded_month = ANY(%(months)s::date[])
)
SELECT r.tenant_id, r.recorded_month, r.id AS charge_id, r.reverses_id, o.quantity AS original,
    taken.quantity AS taken_back
FROM reversal r
LEFT JOIN rating_charge o ON o.tenant_id = r.tenant_id
    AND o.recorded_month = r.reverses_recorded_month AND o.id = r.reverses_id
CROSS JOIN LATERAL (
    SELECT -sum(x.quantity) AS quantity FROM rating_charge x
    WHERE x.tenant_id = r.tenant_id AND x.reverses_id = r.reverses_id) taken
WHERE o.id IS NULL
    OR o.reverses_id IS NOT NULL
    OR taken.quantity > o.quantity
    OR (r.price_id, r.usage_month) IS DISTINCT FROM (o.price_id, o.usage_month)
    OR r.segment_start < o.segment_start
    OR r.segment_end > o.segment_end
ORDER BY r.tenant_id, r.id
LIMIT %(limit)s
