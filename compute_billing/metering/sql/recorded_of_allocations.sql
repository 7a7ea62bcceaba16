-- Every record of these allocations, corrections included, in order of arrival.
SELECT r.id AS usage_id, r.allocation_id, r.corrects_id, r.milli_cards, r.quantity,
    (extract(epoch FROM r.started_at) * 1000)::bigint AS started_ms,
    (extract(epoch FROM r.ended_at) * 1000)::bigint AS ended_ms
FROM metering_usage_record r WHERE r.allocation_id = ANY(%(allocation_ids)s)
ORDER BY r.id
