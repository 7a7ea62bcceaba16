-- The frontier goes to the last end. That of a job metered in slices also remembers how much of
-- the time it ran, and its end once the finished record has come; a piece that fills a corrected
-- hole behind the frontier changes neither.
UPDATE metering_allocation a
SET metered_until = greatest(a.metered_until, last.ended_at),
    metered_elapsed_ms = a.metered_elapsed_ms + last.elapsed_ms,
    ended_at = coalesce(last.finished_at, a.ended_at)
FROM (
    SELECT u.id, max(c.ended_at) AS ended_at,
        coalesce(sum(c.quantity / c.milli_cards) FILTER (WHERE c.is_running
            OR (u.metered_elapsed_ms > 0 AND c.started_at >= u.metered_until)), 0)::bigint
            AS elapsed_ms,
        max(c.ended_at) FILTER (WHERE NOT c.is_running AND u.metered_elapsed_ms > 0
            AND c.started_at >= u.metered_until) AS finished_at
    FROM usage_candidate c JOIN usage_allocation u ON u.key = c.allocation_key
    WHERE c.verdict = '' AND (c.is_running OR NOT u.is_new)
    GROUP BY u.id
) last
WHERE a.id = last.id
