-- Deliveries, the newest first.
SELECT i.public_id AS import_id, s.code AS source, s.name AS source_name, i.format, i.origin, i.started_at,
    i.finished_at, i.accepted, i.duplicate, i.conflict, i.rejected
FROM metering_usage_import i JOIN metering_usage_source s ON s.id = i.source_id
WHERE s.id > 0 AND (%(source)s = '' OR s.code = %(source)s)
    AND (%(after)s::uuid IS NULL OR i.id < (
        SELECT last.id FROM metering_usage_import last WHERE last.public_id = %(after)s))
ORDER BY i.id DESC
LIMIT %(limit)s
