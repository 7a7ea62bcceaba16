-- What was taken back, in its order and at its prices; what the correction takes from its record
-- comes last. A stretch of that record is cut where the correction begins and ends; each part has
-- its even share of the charge. Where that is not what is taken (the job stood still for a part
-- of the time), all of the record is spread anew: what the correction names lies in its time, the
-- rest outside.
INSERT INTO rating_piece
WITH part AS (
    SELECT l.live_id, l.charge_start, l.charge_end, l.charge_quantity, side.*,
        (extract(epoch FROM side.ends_at - side.starts_at) * 1000)::bigint AS length
    FROM rating_live l CROSS JOIN rating_usage u
    CROSS JOIN LATERAL (VALUES
        (l.segment_start, least(l.segment_end, u.started_at), false),
        (greatest(l.segment_start, u.started_at), least(l.segment_end, u.ended_at), true),
        (greatest(l.segment_start, u.ended_at), l.segment_end, false)
    ) AS side (starts_at, ends_at, is_taken)
    WHERE l.usage_id = %(usage_id)s AND l.recorded_month = %(recorded_month)s
        AND side.starts_at < side.ends_at
), even AS (
    SELECT live_id, starts_at, ends_at, is_taken,
        div(charge_quantity::numeric * ms.upto, ms.whole)
            - div(charge_quantity::numeric * ms.since, ms.whole) AS quantity
    FROM part
    CROSS JOIN LATERAL (SELECT
        (extract(epoch FROM starts_at - charge_start) * 1000)::bigint AS since,
        (extract(epoch FROM ends_at - charge_start) * 1000)::bigint AS upto,
        (extract(epoch FROM charge_end - charge_start) * 1000)::bigint AS whole) AS ms
    WHERE NOT %(is_uneven)s
), spread AS (
    SELECT live_id, starts_at, ends_at, is_taken,
        div(quantity * upto, whole) - div(quantity * (upto - length), whole) AS quantity
    FROM (
        SELECT part.*, sum(length) OVER (PARTITION BY is_taken ORDER BY starts_at) AS upto,
            sum(length) OVER (PARTITION BY is_taken) AS whole,
            CASE WHEN is_taken THEN wanted ELSE total - wanted END AS quantity
        FROM part CROSS JOIN (SELECT -quantity::numeric AS wanted FROM rating_usage) AS correction
        CROSS JOIN (SELECT sum(quantity) AS total FROM rating_live
            WHERE usage_id = %(usage_id)s AND recorded_month = %(recorded_month)s) AS record
    ) parts
    WHERE %(is_uneven)s
), anew AS (
    SELECT live_id, segment_start AS starts_at, segment_end AS ends_at, false AS is_taken,
        quantity::numeric
    FROM rating_live
    WHERE (usage_id, recorded_month) <> (%(usage_id)s, %(recorded_month)s)
    UNION ALL SELECT * FROM even
    UNION ALL SELECT * FROM spread
)
SELECT nextval('rating_charge_id_seq'), ordered.* FROM (
    SELECT l.usage_id, l.recorded_month,
        row_number() OVER (PARTITION BY l.usage_id ORDER BY a.starts_at) AS segment_no,
        l.revision + 2, l.month, a.starts_at, a.ends_at, l.price_id, l.project_id, l.cluster_id,
        l.meter_id, a.quantity::bigint AS quantity, a.quantity::bigint AS need, NULL::bigint,
        NULL::date
    FROM anew a JOIN rating_live l ON l.live_id = a.live_id
    ORDER BY a.is_taken, CASE WHEN NOT a.is_taken THEN l.charge_id END, a.starts_at
) ordered
