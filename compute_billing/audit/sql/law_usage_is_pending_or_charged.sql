WITH record AS (
    SELECT r.tenant_id, r.recorded_month, r.id AS usage_id, r.corrects_id IS NOT NULL AS corrects
    FROM verify_scope s JOIN metering_usage_record r USING (tenant_id, recorded_month)
    WHERE r.recorded_month = ANY(%(months)s::date[])
), charged AS (
    SELECT DISTINCT c.tenant_id, c.recorded_month, c.usage_id
    FROM verify_scope s JOIN rating_charge c USING (tenant_id, recorded_month)
    WHERE c.recorded_month = ANY(%(months)s::date[])
)
SELECT tenant_id, usage_id, recorded_month, CASE
        WHEN r.corrects IS NULL THEN 'no such record'
        WHEN p.is_correction IS NULL THEN 'neither pending nor charged'
        WHEN c.usage_id IS NULL THEN 'pending as the wrong kind'
        ELSE 'pending and charged' END AS problem
FROM record r
FULL JOIN metering_usage_pending p USING (tenant_id, usage_id, recorded_month)
FULL JOIN charged c USING (tenant_id, usage_id, recorded_month)
WHERE r.corrects IS NULL
    OR (p.is_correction IS NULL) = (c.usage_id IS NULL)
    OR p.is_correction <> r.corrects
ORDER BY tenant_id, usage_id
LIMIT %(limit)s
