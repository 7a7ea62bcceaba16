-- A record's charges, reversals of them counted as minus one, sum to 1 from its start to its end
-- and to 0 outside; those of a correction to -1. A lone charge needs no sweep: it must be as long as
-- its record.
WITH charged AS (
    SELECT c.tenant_id, c.recorded_month, c.usage_id, count(*) AS charges,
        min(c.segment_start) AS starts_at, max(c.segment_end) AS ends_at,
        sign(min(r.quantity)) AS wanted, min(r.started_at) AS started_at,
        min(r.ended_at) AS ended_at
    FROM verify_scope s
    JOIN rating_charge c USING (tenant_id, recorded_month)
    JOIN metering_usage_record r ON r.tenant_id = c.tenant_id
        AND r.recorded_month = c.recorded_month AND r.id = c.usage_id
    WHERE c.recorded_month = ANY(%(months)s::date[]) AND r.recorded_month = ANY(%(months)s::date[])
    GROUP BY c.tenant_id, c.recorded_month, c.usage_id
), edge AS (
    SELECT g.tenant_id, g.recorded_month, g.usage_id, g.wanted, g.ended_at, side.at, side.delta
    FROM charged g
    JOIN rating_charge c USING (tenant_id, recorded_month, usage_id)
    CROSS JOIN LATERAL (SELECT CASE WHEN c.reverses_id IS NULL THEN 1 ELSE -1 END AS live) one
    CROSS JOIN LATERAL (VALUES (c.segment_start, one.live), (c.segment_end, -one.live))
        AS side (at, delta)
    WHERE g.charges > 1 AND c.recorded_month = ANY(%(months)s::date[])
), sweep AS (
    SELECT tenant_id, recorded_month, usage_id, wanted, ended_at, at,
        sum(sum(delta)) OVER (PARTITION BY tenant_id, recorded_month, usage_id ORDER BY at)
            AS live
    FROM edge GROUP BY tenant_id, recorded_month, usage_id, wanted, ended_at, at
)
SELECT tenant_id, recorded_month, usage_id, starts_at AS at, 'not from start to end' AS problem
FROM charged
WHERE (starts_at, ends_at) <> (started_at, ended_at)
UNION ALL
SELECT tenant_id, recorded_month, usage_id, at, live || ' live charges'
FROM sweep
WHERE at < ended_at AND live <> wanted
ORDER BY tenant_id, usage_id, at
LIMIT %(limit)s
