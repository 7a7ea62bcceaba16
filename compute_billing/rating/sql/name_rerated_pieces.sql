UPDATE rating_piece p
SET usage_id = named.usage_id, segment_no = named.segment_no, revision = named.revision
FROM (
    SELECT q.charge_id, l.usage_id, l.revision + 2 AS revision, row_number() OVER (
        PARTITION BY l.usage_id ORDER BY q.segment_start) AS segment_no
    FROM rating_piece q JOIN rating_live l ON l.live_id = q.usage_id
) named
WHERE named.charge_id = p.charge_id
