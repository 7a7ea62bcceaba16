-- The quantity of a suspended record, spread anew over the time that is still charged: what the
-- correction names lies in its time, the rest outside. Prices stay as they were.
INSERT INTO rating_piece
SELECT nextval('rating_charge_id_seq'), spread.* FROM (
    SELECT usage_id, recorded_month, row_number() OVER (ORDER BY starts_at) AS segment_no,
        revision + 2, month, starts_at, ends_at, price_id, project_id, cluster_id, meter_id,
        (div(quantity * upto, whole) - div(quantity * (upto - length), whole))::bigint AS quantity,
        (div(quantity * upto, whole) - div(quantity * (upto - length), whole))::bigint AS need,
        NULL::bigint, NULL::date
    FROM (
        SELECT part.*, sum(length) OVER (PARTITION BY is_inside ORDER BY starts_at) AS upto,
            sum(length) OVER (PARTITION BY is_inside) AS whole,
            CASE WHEN is_inside THEN wanted ELSE total - wanted END AS quantity
        FROM (
            SELECT l.usage_id, l.recorded_month, l.revision, l.month, l.price_id, l.project_id,
                l.cluster_id, l.meter_id, side.starts_at, side.ends_at, side.is_inside,
                (extract(epoch FROM side.ends_at - side.starts_at) * 1000)::bigint AS length,
                -u.quantity::numeric AS wanted,
                (SELECT sum(quantity) FROM rating_live) AS total
            FROM rating_live l CROSS JOIN rating_usage u
            CROSS JOIN LATERAL (VALUES
                (l.segment_start, least(l.segment_end, u.started_at), false),
                (greatest(l.segment_start, u.started_at), least(l.segment_end, u.ended_at), true),
                (greatest(l.segment_start, u.ended_at), l.segment_end, false)
            ) AS side (starts_at, ends_at, is_inside)
            WHERE side.starts_at < side.ends_at
        ) part
    ) parts
    ORDER BY segment_no
) spread
