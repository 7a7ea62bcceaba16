-- What is charged for the time of the correction, beside what it takes back. Time is the sum of the
-- stretches that meet it.
SELECT -u.quantity AS wanted, u.started_at, u.ended_at, count(l.live_id) AS stretches,
    coalesce(sum(div(l.charge_quantity::numeric * ms.upto, ms.whole)
        - div(l.charge_quantity::numeric * ms.since, ms.whole)), 0)::bigint AS room
FROM rating_usage u
LEFT JOIN rating_live l ON l.segment_start < u.ended_at AND l.segment_end > u.started_at
LEFT JOIN LATERAL (SELECT
    (extract(epoch FROM greatest(u.started_at, l.segment_start) - l.charge_start) * 1000)::bigint
        AS since,
    (extract(epoch FROM least(u.ended_at, l.segment_end) - l.charge_start) * 1000)::bigint AS upto,
    (extract(epoch FROM l.charge_end - l.charge_start) * 1000)::bigint AS whole) AS ms ON true
GROUP BY u.quantity, u.started_at, u.ended_at
