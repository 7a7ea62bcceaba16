WITH charged AS (
    SELECT c.tenant_id, c.recorded_month, c.usage_id, sum(c.quantity) AS quantity
    FROM verify_scope s JOIN rating_charge c USING (tenant_id, recorded_month)
    WHERE c.recorded_month = ANY(%(months)s::date[])
    GROUP BY c.tenant_id, c.recorded_month, c.usage_id
)
SELECT c.tenant_id, c.recorded_month, c.usage_id, r.quantity, c.quantity AS charged
FROM charged c
JOIN metering_usage_record r ON r.tenant_id = c.tenant_id
    AND r.recorded_month = c.recorded_month AND r.id = c.usage_id
WHERE c.quantity <> r.quantity AND r.recorded_month = ANY(%(months)s::date[])
ORDER BY c.tenant_id, c.usage_id
LIMIT %(limit)s
