SELECT r.allocation_id, sign(r.quantity)::int AS sign,
    (extract(epoch FROM r.started_at) * 1000)::bigint AS started_ms,
    (extract(epoch FROM r.ended_at) * 1000)::bigint AS ended_ms
FROM metering_usage_record r
WHERE r.allocation_id IN (SELECT id FROM usage_allocation WHERE NOT is_new)
