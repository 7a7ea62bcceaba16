-- Holds of jobs that were seen to run behind what is covered: of their own key, not ended, heard of
-- lately, with no hold that covers more and no case yet.
SELECT h.id AS hold_id, a.metered_until
FROM metering_allocation a
JOIN metering_usage_source s ON s.id = a.source_id
JOIN LATERAL (
    SELECT h.id, h.covered_until, h.starts_at, h.ended_at
    FROM ledger_hold h
    WHERE h.tenant_id = a.tenant_id AND h.cluster_id = s.default_cluster_id
        AND h.allocation_key = a.key
    ORDER BY h.covered_until DESC
    LIMIT 1
) h ON h.ended_at IS NULL AND h.covered_until < a.metered_until AND h.starts_at < a.metered_until
WHERE a.ended_at IS NULL AND a.metered_until > %(heard_since)s::timestamptz
    AND NOT EXISTS (
        SELECT FROM rating_exhausted_hold c WHERE c.hold_id = h.id
            AND (c.state = 'open' OR c.exhausted_at = h.covered_until))
ORDER BY h.id
LIMIT 1000
