-- The records' places in the queue of rating, in order of arrival.
INSERT INTO metering_usage_pending (tenant_id, usage_id, recorded_month, is_correction)
SELECT tenant_id, usage_id, %(recorded_month)s, false
FROM usage_candidate WHERE verdict = '' ORDER BY usage_id
