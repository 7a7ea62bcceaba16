INSERT INTO metering_usage_pending (tenant_id, usage_id, recorded_month, is_correction, parked_reason)
SELECT %(tenant_id)s, usage_id, recorded_month, true, %(reason)s FROM rating_usage
