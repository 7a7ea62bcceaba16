-- What has the right price stays as it is, and so does what has no price any more.
WITH dropped AS (
    DELETE FROM rating_live l
    WHERE NOT EXISTS (
            SELECT FROM rating_span s
            WHERE s.meter_id = l.meter_id AND s.cluster_id = l.cluster_id
                AND s.starts_at < l.segment_end AND s.ends_at > l.segment_start
                AND s.price_id <> l.price_id)
        OR l.segment_end - l.segment_start IS DISTINCT FROM (
            SELECT sum(least(s.ends_at, l.segment_end) - greatest(s.starts_at, l.segment_start))
            FROM rating_span s
            WHERE s.meter_id = l.meter_id AND s.cluster_id = l.cluster_id
                AND s.starts_at < l.segment_end AND s.ends_at > l.segment_start)
    RETURNING l.live_id
)
DELETE FROM rating_usage u USING dropped d WHERE u.usage_id = d.live_id
