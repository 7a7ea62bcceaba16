-- Open rejects of all sources, the newest first.
SELECT r.id AS reject_id, i.public_id AS import_id, r.position, s.code AS source, s.name AS source_name, i.origin,
    i.format, r.external_id, r.account, r.reason, r.field, r.message, r.payload, r.rejected_at,
    r.resolved_at, r.parsed IS NOT NULL AS can_retry
FROM metering_usage_reject r
JOIN metering_usage_import i ON i.id = r.usage_import_id
JOIN metering_usage_source s ON s.id = i.source_id
WHERE s.id > 0 AND r.resolved_at IS NULL AND (%(source)s = '' OR s.code = %(source)s)
    AND (%(reason)s = '' OR r.reason = %(reason)s) AND (%(field)s = '' OR r.field = %(field)s)
    AND (%(account)s = '' OR r.account = %(account)s)
    AND (%(after_import)s::uuid IS NULL OR (r.id < (
        SELECT last.id FROM metering_usage_reject last
        JOIN metering_usage_import x ON x.id = last.usage_import_id
        WHERE x.public_id = %(after_import)s AND last.position = %(after_position)s)))
ORDER BY r.id DESC
LIMIT %(limit)s
