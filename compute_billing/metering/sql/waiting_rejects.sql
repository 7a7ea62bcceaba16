-- Readable rejects of a source after a place, in order of arrival.
SELECT r.usage_import_id AS import_id, r.position, r.parsed, r.payload
FROM metering_usage_reject r JOIN metering_usage_import i ON i.id = r.usage_import_id
WHERE i.source_id = %(source_id)s AND r.resolved_at IS NULL AND r.parsed IS NOT NULL
    AND (r.usage_import_id, r.position) > (%(import_id)s, %(position)s)
ORDER BY r.usage_import_id, r.position
LIMIT %(limit)s
