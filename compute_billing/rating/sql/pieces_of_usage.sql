-- One piece per span that a record touches, numbered in order of arrival.
SELECT nextval('rating_charge_id_seq') AS charge_id, cut.* FROM (
    SELECT u.usage_id, u.recorded_month,
        row_number() OVER (PARTITION BY u.usage_id ORDER BY s.starts_at) AS segment_no,
        0 AS revision, s.month, greatest(u.started_at, s.starts_at) AS segment_start,
        least(u.ended_at, s.ends_at) AS segment_end, s.price_id, u.project_id, u.cluster_id,
        u.meter_id, u.milli_cards * ms.segment AS quantity, u.milli_cards * ms.segment AS need,
        NULL::bigint AS reverses_id, NULL::date AS reverses_recorded_month
    FROM rating_usage u
    JOIN rating_span s ON s.meter_id = u.meter_id AND s.cluster_id = u.cluster_id
        AND s.starts_at < u.ended_at AND s.ends_at > u.started_at
    CROSS JOIN LATERAL (SELECT (extract(epoch FROM
        least(u.ended_at, s.ends_at) - greatest(u.started_at, s.starts_at)) * 1000)::bigint
        AS segment) AS ms
    ORDER BY u.usage_id, s.starts_at
) AS cut
