SELECT DISTINCT s.month, s.price_id FROM rating_span s
WHERE EXISTS (SELECT FROM rating_usage u WHERE u.meter_id = s.meter_id
    AND u.cluster_id = s.cluster_id AND u.started_at < s.ends_at AND u.ended_at > s.starts_at)
