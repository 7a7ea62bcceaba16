SELECT DISTINCT i.source_id
FROM metering_usage_reject r JOIN metering_usage_import i ON i.id = r.usage_import_id
WHERE r.resolved_at IS NULL AND r.parsed IS NOT NULL
