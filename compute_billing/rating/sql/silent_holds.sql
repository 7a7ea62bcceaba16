-- Holds of jobs that were seen to run behind what is covered: not ended, heard of lately, and no case
-- yet. A job and its hold are matched as in find_held.sql, by the use that was reported last: what
-- runs under the same name elsewhere is another job.
SELECT h.id AS hold_id, a.metered_until
FROM ledger_hold h
CROSS JOIN metering_usage_source s
JOIN metering_allocation a ON a.source_id = s.id AND a.key = h.allocation_key
    AND a.tenant_id = h.tenant_id AND a.ended_at IS NULL AND a.metered_until > h.covered_until
    AND a.metered_until > %(heard_since)s::timestamptz
JOIN LATERAL (
    SELECT r.cluster_id, r.meter_id, r.project_id
    FROM metering_usage_record r
    WHERE r.tenant_id = h.tenant_id AND r.allocation_id = a.id AND r.corrects_id IS NULL
    ORDER BY r.started_at DESC, r.id DESC
    LIMIT 1
) u ON u.cluster_id = h.cluster_id AND u.meter_id = h.meter_id
    AND u.project_id IS NOT DISTINCT FROM h.project_id
WHERE h.ended_at IS NULL
    AND NOT EXISTS (
        SELECT FROM ledger_hold other
        WHERE other.tenant_id = h.tenant_id AND other.allocation_key = h.allocation_key
            AND other.cluster_id = h.cluster_id AND other.meter_id = h.meter_id
            AND other.project_id IS NOT DISTINCT FROM h.project_id
            AND (other.state = 'open', other.id) > (h.state = 'open', h.id))
    AND NOT EXISTS (
        SELECT FROM rating_exhausted_hold c WHERE c.hold_id = h.id
            AND (c.state = 'open' OR c.exhausted_at = h.covered_until))
ORDER BY h.id
LIMIT 1000
