SELECT count(*) AS stretches, coalesce(max(round), 0) AS rounds,
    coalesce(sum(quantity), 0)::bigint AS quantity, min(segment_start) AS starts_at,
    max(segment_end) AS ends_at, array_agg(DISTINCT cluster_id) AS cluster_ids,
    array_agg(DISTINCT meter_id) AS meter_ids, array_agg(DISTINCT project_id) AS project_ids,
    array_agg(DISTINCT month ORDER BY month) AS months
FROM rating_live
