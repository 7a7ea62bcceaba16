-- A correction takes back, second for second, what is charged for its time, be it nothing.
INSERT INTO rating_piece
SELECT nextval('rating_charge_id_seq'), back.* FROM (
    SELECT usage_id, recorded_month, row_number() OVER (ORDER BY starts_at) AS segment_no, 0,
        month, starts_at, ends_at, price_id, project_id, cluster_id, meter_id, -taken, -taken,
        charge_id, reverses_recorded_month
    FROM (
        SELECT u.usage_id, u.recorded_month, l.month, l.price_id, l.project_id, l.cluster_id,
            l.meter_id, l.charge_id, l.recorded_month AS reverses_recorded_month,
            greatest(u.started_at, l.segment_start) AS starts_at,
            least(u.ended_at, l.segment_end) AS ends_at,
            (div(l.charge_quantity::numeric * ms.upto, ms.whole)
                - div(l.charge_quantity::numeric * ms.since, ms.whole))::bigint AS taken
        FROM rating_usage u
        JOIN rating_live l ON l.segment_start < u.ended_at AND l.segment_end > u.started_at
        CROSS JOIN LATERAL (SELECT
            (extract(epoch FROM greatest(u.started_at, l.segment_start) - l.charge_start) * 1000
                )::bigint AS since,
            (extract(epoch FROM least(u.ended_at, l.segment_end) - l.charge_start) * 1000)::bigint
                AS upto,
            (extract(epoch FROM l.charge_end - l.charge_start) * 1000)::bigint AS whole) AS ms
    ) piece
    ORDER BY segment_no DESC
) back
