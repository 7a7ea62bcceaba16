-- Usage that no price covers to its last millisecond waits for a person, as a whole.
WITH covered AS (
    SELECT usage_id, sum(segment_end - segment_start) AS length FROM rating_piece GROUP BY usage_id
), unpriced AS (
    DELETE FROM rating_usage u
    WHERE NOT EXISTS (SELECT FROM covered c
        WHERE c.usage_id = u.usage_id AND c.length = u.ended_at - u.started_at)
    RETURNING u.usage_id, u.recorded_month, u.corrects_id
), dropped AS (
    DELETE FROM rating_piece p USING unpriced n WHERE p.usage_id = n.usage_id
)
INSERT INTO metering_usage_pending (tenant_id, usage_id, recorded_month, is_correction, parked_reason)
SELECT %(tenant_id)s, usage_id, recorded_month, corrects_id IS NOT NULL, 'no_price' FROM unpriced
