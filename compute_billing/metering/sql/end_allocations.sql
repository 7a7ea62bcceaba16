-- A finished record that brings nothing new still says that the job is over.
UPDATE metering_allocation a SET ended_at = greatest(a.metered_until, c.ended_at)
FROM usage_candidate c JOIN usage_allocation u ON u.key = c.allocation_key
WHERE a.id = u.id AND NOT u.is_new AND u.metered_elapsed_ms > 0 AND u.ended_at IS NULL
    AND c.verdict = 'duplicate' AND NOT c.is_running
