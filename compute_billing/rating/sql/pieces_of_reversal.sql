-- Take back a stretch of each charge, the newest charge first.
INSERT INTO rating_piece
SELECT nextval('rating_charge_id_seq'), back.* FROM (
    SELECT usage_id, recorded_month, number, revision + 1, month, segment_start, segment_end,
        price_id, project_id, cluster_id, meter_id, -quantity, -quantity, charge_id,
        recorded_month AS reverses_recorded_month
    FROM rating_live WHERE round = %(round)s
    ORDER BY charge_id DESC
) back
