SELECT position FROM metering_usage_reject
WHERE usage_import_id = %(import_id)s AND position = ANY(%(positions)s) AND resolved_at IS NULL
ORDER BY position FOR UPDATE SKIP LOCKED
