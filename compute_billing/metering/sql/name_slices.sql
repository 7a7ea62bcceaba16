-- A slice that was trimmed is named for where it begins now.
UPDATE usage_candidate c
SET external_id = c.allocation_key || '@' || (extract(epoch FROM c.started_at) * 1000)::bigint
    || '-' || (extract(epoch FROM c.ended_at) * 1000)::bigint
WHERE c.verdict = '' AND c.is_running
