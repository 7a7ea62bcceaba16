-- A key that another usage id has: the same content is a duplicate, other content a conflict.
UPDATE usage_candidate c
SET verdict = CASE WHEN k.payload_hash = c.payload_hash THEN 'duplicate' ELSE 'conflict' END
FROM metering_usage_key k
WHERE c.verdict = '' AND k.source_id = %(source_id)s AND k.external_id = c.external_id
    AND k.usage_id <> c.usage_id
