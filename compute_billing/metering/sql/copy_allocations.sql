COPY metering_allocation (key, source_id, id, tenant_id, metered_until, metered_elapsed_ms)
FROM STDIN WITH (FORMAT binary)
