-- Swept from the first instant that is in scope; use from before it that still lasts counts.
WITH horizon AS (
    SELECT r.cluster_id, c.milli_cards AS capacity, min(r.started_at) AS since
    FROM verify_scope s
    JOIN metering_usage_record r USING (tenant_id, recorded_month)
    JOIN catalogue_cluster c ON c.id = r.cluster_id AND c.milli_cards IS NOT NULL
    WHERE r.recorded_month = ANY(%(months)s::date[])
    GROUP BY r.cluster_id, c.milli_cards
), edge AS (
    SELECT h.cluster_id, h.capacity, side.at, side.delta
    FROM horizon h
    JOIN metering_usage_record r ON r.cluster_id = h.cluster_id AND r.ended_at > h.since
    CROSS JOIN LATERAL (VALUES
        (greatest(r.started_at, h.since), sign(r.quantity) * r.milli_cards),
        (r.ended_at, -sign(r.quantity) * r.milli_cards)) AS side (at, delta)
), sweep AS (
    SELECT cluster_id, capacity, at,
        sum(sum(delta)) OVER (PARTITION BY cluster_id ORDER BY at) AS in_use
    FROM edge GROUP BY cluster_id, capacity, at
)
SELECT cluster_id, at, in_use::bigint AS milli_cards_in_use, capacity AS milli_cards
FROM sweep WHERE in_use > capacity
ORDER BY cluster_id, at
LIMIT %(limit)s
