-- What the batch is like as a whole: which payers can pay all of it, and whether any instant of it
-- may be without a price (cheap to ask here, because spans are few).
WITH shape AS MATERIALIZED (
    SELECT cluster_id, meter_id, project_id, count(*) AS usage_count,
        sum(quantity) AS quantity, min(started_at) AS starts_at, max(ended_at) AS ends_at,
        bool_or(quantity <> milli_cards
            * (extract(epoch FROM ended_at - started_at) * 1000)::bigint) AS has_suspensions
    FROM rating_usage GROUP BY cluster_id, meter_id, project_id
), needed AS (
    SELECT meter_id, cluster_id, max(ends_at) - min(starts_at) AS length
    FROM shape GROUP BY meter_id, cluster_id
), priced AS (
    SELECT meter_id, cluster_id, sum(ends_at - starts_at) AS length
    FROM rating_span GROUP BY meter_id, cluster_id
)
SELECT coalesce(sum(usage_count), 0)::bigint AS usage_count,
    coalesce(sum(quantity), 0)::bigint AS quantity, min(starts_at) AS starts_at,
    max(ends_at) AS ends_at, array_agg(DISTINCT cluster_id) AS cluster_ids,
    array_agg(DISTINCT meter_id) AS meter_ids, array_agg(DISTINCT project_id) AS project_ids,
    coalesce(bool_or(has_suspensions), false) AS has_suspensions,
    EXISTS (SELECT FROM needed n LEFT JOIN priced p USING (meter_id, cluster_id)
        WHERE p.length IS DISTINCT FROM n.length) AS has_gaps
FROM shape
