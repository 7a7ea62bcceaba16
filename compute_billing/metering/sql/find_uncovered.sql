-- Net coverage: at every instant the signed records of one allocation sum to 0 or 1. A record that
-- is alone in the run and begins at or after its allocation's frontier cannot break it.
WITH fresh AS (
    SELECT u.id AS allocation_id, c.started_at, c.ended_at,
        NOT u.is_new AND c.started_at < u.metered_until AS meets_recorded,
        count(*) OVER (PARTITION BY u.id) AS records
    FROM usage_candidate c JOIN usage_allocation u ON u.key = c.allocation_key
    WHERE c.verdict = ''
), questionable AS (
    SELECT * FROM fresh WHERE meets_recorded OR records > 1
), span AS (
    SELECT allocation_id, min(started_at) AS since, max(ended_at) AS until
    FROM questionable GROUP BY allocation_id HAVING bool_or(meets_recorded)
), edge AS (
    SELECT q.allocation_id, side.at, side.delta
    FROM questionable q
    CROSS JOIN LATERAL (VALUES (q.started_at, 1), (q.ended_at, -1)) AS side (at, delta)
    UNION ALL
    SELECT s.allocation_id, side.at, side.delta
    FROM span s
    JOIN metering_usage_record r ON r.allocation_id = s.allocation_id
        AND r.started_at < s.until AND r.ended_at > s.since
    CROSS JOIN LATERAL (VALUES (greatest(r.started_at, s.since), sign(r.quantity)),
        (least(r.ended_at, s.until), -sign(r.quantity))) AS side (at, delta)
), sweep AS (
    SELECT allocation_id,
        sum(sum(delta)) OVER (PARTITION BY allocation_id ORDER BY at) AS coverage
    FROM edge GROUP BY allocation_id, at
)
SELECT allocation_id FROM sweep WHERE coverage NOT IN (0, 1) LIMIT 1
