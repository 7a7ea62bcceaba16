COPY metering_usage_key (external_id, source_id, recorded_month, payload_hash, tenant_id, usage_id)
FROM STDIN WITH (FORMAT binary)
