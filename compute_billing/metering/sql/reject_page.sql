-- The open rejects of a source in the order in which they came.
SELECT i.public_id AS import_id, r.position, r.external_id, r.account, r.reason, r.field,
    r.message, r.rejected_at, r.parsed IS NOT NULL AS can_retry
FROM metering_usage_import i
JOIN metering_usage_reject r ON r.usage_import_id = i.id
WHERE i.source_id = %(source_id)s AND r.resolved_at IS NULL
    AND (%(reason)s::text IS NULL OR r.reason = %(reason)s)
    AND (%(account)s::text IS NULL OR r.account = %(account)s)
    AND (%(after_import)s::uuid IS NULL OR (i.id, r.position) > (
        (SELECT last.id FROM metering_usage_import last
            WHERE last.public_id = %(after_import)s::uuid AND last.source_id = %(source_id)s),
        %(after_position)s::bigint))
ORDER BY i.id, r.position
LIMIT %(limit)s
