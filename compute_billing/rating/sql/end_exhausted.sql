-- End the cases whose job has ended, as its usage tells, and those whose hold is over and of whose
-- job nothing was heard for long. The job is the one whose use the hold pays, as in find_held.sql; one
-- of the same key that ended before the hold began is not it.
WITH over AS (
    SELECT c.id, CASE WHEN a.ended_at > h.starts_at THEN a.ended_at END AS job_ended_at
    FROM rating_exhausted_hold c
    JOIN ledger_hold h ON h.id = c.hold_id
    LEFT JOIN LATERAL (
        SELECT a.ended_at, a.metered_until
        FROM metering_usage_source s
        JOIN metering_allocation a ON a.source_id = s.id AND a.key = h.allocation_key
        WHERE a.tenant_id = h.tenant_id AND EXISTS (
            SELECT FROM metering_usage_record u
            WHERE u.tenant_id = h.tenant_id AND u.allocation_id = a.id
                AND u.cluster_id = h.cluster_id AND u.meter_id = h.meter_id
                AND u.project_id IS NOT DISTINCT FROM h.project_id)
        ORDER BY a.metered_until DESC
        LIMIT 1
    ) a ON true
    WHERE c.state = 'open' AND (
        a.ended_at > h.starts_at
        OR (h.state <> 'open'
            AND coalesce(a.metered_until, c.exhausted_at) <= %(heard_since)s::timestamptz))
)
UPDATE rating_exhausted_hold c
SET state = CASE WHEN over.job_ended_at IS NULL THEN 'lost' ELSE 'ended' END,
    job_ended_at = over.job_ended_at, closed_at = %(now)s
FROM over WHERE c.id = over.id AND c.state = 'open'
RETURNING c.id
