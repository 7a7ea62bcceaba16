-- Whether the job of a hold is metered to its end, and all of it rated. The job is the one whose use
-- the hold pays, as in find_held.sql: another cluster may have one of the same key.
SELECT 1 FROM ledger_hold h
CROSS JOIN metering_usage_source s
JOIN metering_allocation a ON a.source_id = s.id AND a.key = h.allocation_key
    AND a.tenant_id = h.tenant_id AND a.metered_until >= h.ended_at
WHERE h.id = %(hold_id)s AND EXISTS (
    SELECT FROM metering_usage_record u
    WHERE u.tenant_id = h.tenant_id AND u.allocation_id = a.id
        AND u.cluster_id = h.cluster_id AND u.meter_id = h.meter_id
        AND u.project_id IS NOT DISTINCT FROM h.project_id)
AND NOT EXISTS (
    SELECT FROM metering_usage_pending p
    JOIN metering_usage_record w ON w.tenant_id = p.tenant_id
        AND w.recorded_month = p.recorded_month AND w.id = p.usage_id
    WHERE p.tenant_id = h.tenant_id AND w.allocation_id = a.id)
