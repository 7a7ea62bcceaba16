-- What a run still wants, in order of arrival, for those runs in which order decides.
SELECT c.position, c.external_id, c.payload_hash, u.id AS allocation_id,
    (extract(epoch FROM c.started_at) * 1000)::bigint AS started_ms,
    (extract(epoch FROM c.ended_at) * 1000)::bigint AS ended_ms
FROM usage_candidate c JOIN usage_allocation u ON u.key = c.allocation_key
WHERE c.verdict = '' ORDER BY c.usage_id
