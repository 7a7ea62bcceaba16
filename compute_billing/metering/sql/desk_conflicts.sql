-- Conflicts of all sources of one world that nobody has decided (or that somebody has), the newest
-- first.
SELECT s.code AS source, s.name AS source_name, c.external_id, encode(c.payload_hash, 'hex') AS payload_hash, c.payload,
    c.parsed, i.public_id AS import_id, i.origin, i.format, c.position, c.first_at, c.times,
    c.resolved_at, q.decision, q.reason AS decision_reason, q.decided_at
FROM metering_usage_conflict c
JOIN metering_usage_source s ON s.id = c.source_id
JOIN metering_usage_import i ON i.id = c.first_import_id
LEFT JOIN metering_conflict_resolution q ON q.conflict_id = c.id
WHERE (s.id < 0) = %(in_sandbox)s AND (%(source)s = '' OR s.code = %(source)s)
    AND (%(is_open)s::boolean IS NULL OR (c.resolved_at IS NULL) = %(is_open)s)
    AND (%(external_id)s::text IS NULL OR (
        c.external_id = %(external_id)s AND encode(c.payload_hash, 'hex') = %(payload_hash)s))
    AND (%(after_source)s::text IS NULL OR c.id < (
        SELECT last.id FROM metering_usage_conflict last
        JOIN metering_usage_source x ON x.id = last.source_id
        WHERE x.code = %(after_source)s AND last.external_id = %(after_external_id)s
            AND encode(last.payload_hash, 'hex') = %(after_hash)s))
ORDER BY c.id DESC
LIMIT %(limit)s
