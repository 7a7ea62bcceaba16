COPY metering_usage_pending (tenant_id, usage_id, is_correction, recorded_month)
FROM STDIN WITH (FORMAT binary)
