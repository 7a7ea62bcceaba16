-- Whether the job of a hold is metered to its end, and all of it rated. Another cluster may have a
-- job of the same key, which says nothing about this one.
SELECT 1 FROM ledger_hold h
JOIN metering_allocation a ON a.key = h.allocation_key AND a.tenant_id = h.tenant_id
    AND a.metered_until >= h.ended_at
WHERE h.id = %(hold_id)s AND EXISTS (
    SELECT FROM metering_usage_record u
    WHERE u.tenant_id = h.tenant_id AND u.allocation_id = a.id AND u.cluster_id = h.cluster_id)
AND NOT EXISTS (
    SELECT FROM metering_usage_pending p
    JOIN metering_usage_record w ON w.tenant_id = p.tenant_id
        AND w.recorded_month = p.recorded_month AND w.id = p.usage_id
    WHERE p.tenant_id = h.tenant_id AND w.allocation_id = a.id)
