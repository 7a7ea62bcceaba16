(SELECT r.tenant_id, r.recorded_month, r.id AS usage_id, r.source_id, r.external_id,
    'record without its key' AS problem
FROM verify_scope s
JOIN metering_usage_record r USING (tenant_id, recorded_month)
LEFT JOIN metering_usage_key k ON k.source_id = r.source_id AND k.external_id = r.external_id
    AND k.tenant_id = r.tenant_id AND k.recorded_month = r.recorded_month AND k.usage_id = r.id
WHERE k.usage_id IS NULL AND r.recorded_month = ANY(%(months)s::date[])
LIMIT %(limit)s)
UNION ALL
(SELECT k.tenant_id, k.recorded_month, k.usage_id, k.source_id, k.external_id,
    'key without its record'
FROM verify_scope s
JOIN metering_usage_key k USING (tenant_id, recorded_month)
LEFT JOIN metering_usage_record r ON r.tenant_id = k.tenant_id
    AND r.recorded_month = ANY(%(months)s::date[])
    AND r.recorded_month = k.recorded_month AND r.id = k.usage_id
    AND r.source_id = k.source_id AND r.external_id = k.external_id
WHERE r.id IS NULL AND k.recorded_month = ANY(%(months)s::date[])
LIMIT %(limit)s)
LIMIT %(limit)s
