-- Swept from the first instant that is in scope: records of other months count as far as they
-- reach beyond it. An allocation with a lone record needs no sweep.
WITH horizon AS MATERIALIZED (
    SELECT min(r.started_at) AS since
    FROM verify_scope s JOIN metering_usage_record r USING (tenant_id, recorded_month)
    WHERE r.recorded_month = ANY(%(months)s::date[])
), reaching AS MATERIALIZED (
    SELECT r.allocation_id, greatest(r.started_at, since) AS started_at, r.ended_at,
        sign(r.quantity) AS sign
    FROM metering_usage_record r, horizon
    WHERE r.ended_at > since
), several AS (
    SELECT allocation_id FROM reaching GROUP BY allocation_id
    HAVING count(*) > 1 OR min(sign) < 0
), sweep AS (
    SELECT allocation_id, side.at,
        sum(sum(side.delta)) OVER (PARTITION BY allocation_id ORDER BY side.at) AS coverage
    FROM several
    JOIN reaching r USING (allocation_id)
    CROSS JOIN LATERAL (VALUES (r.started_at, r.sign), (r.ended_at, -r.sign)) AS side (at, delta)
    GROUP BY allocation_id, side.at
)
SELECT allocation_id, at, coverage
FROM sweep WHERE coverage NOT IN (0, 1)
ORDER BY allocation_id, at
LIMIT %(limit)s
