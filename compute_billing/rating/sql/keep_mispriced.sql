-- What has the right price is kept, and so is what has no price any more: it is no use to be rated.
WITH kept AS (
    UPDATE rating_live l SET is_kept = true
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
DELETE FROM rating_usage u USING kept k WHERE u.usage_id = k.live_id
