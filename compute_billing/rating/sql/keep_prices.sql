-- What is kept is charged anew in its order, at its price; like other pieces of a rerate it has the
-- number of its stretch for a record.
INSERT INTO rating_piece
SELECT nextval('rating_charge_id_seq'), kept.* FROM (
    SELECT live_id, recorded_month, 1, 0, month, segment_start, segment_end, price_id, project_id,
        cluster_id, meter_id, quantity, quantity AS need, NULL::bigint, NULL::date
    FROM rating_live WHERE is_kept
    ORDER BY live_id
) kept
