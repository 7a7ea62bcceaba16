-- The charged time once more as use to be rated; the number of the stretch stands in for a record.
INSERT INTO rating_usage
SELECT live_id, recorded_month, project_id, cluster_id, meter_id, milli_cards, segment_start,
    segment_end, quantity, NULL, NULL
FROM rating_live WHERE month = %(month)s
