-- The open conflicts of a source by key: what came under a key that has other content.
SELECT c.external_id, encode(c.payload_hash, 'hex') AS payload_hash, c.payload,
    i.public_id AS import_id, c.position, c.first_at, c.times
FROM metering_usage_conflict c
JOIN metering_usage_import i ON i.id = c.first_import_id
WHERE c.source_id = %(source_id)s AND c.resolved_at IS NULL
    AND (%(external_id)s::text IS NULL OR c.external_id = %(external_id)s)
    AND (%(after_external_id)s::text IS NULL
        OR (c.external_id, encode(c.payload_hash, 'hex'))
            > (%(after_external_id)s::text, %(after_hash)s::text))
ORDER BY c.external_id, encode(c.payload_hash, 'hex')
LIMIT %(limit)s
