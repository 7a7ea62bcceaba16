INSERT INTO metering_usage_pending (tenant_id, usage_id, recorded_month, is_correction)
SELECT tenant_id, id, recorded_month, false
FROM metering_usage_record
WHERE tenant_id = ANY(%(tenant_ids)s) AND recorded_month = %(recorded_month)s
ORDER BY id
