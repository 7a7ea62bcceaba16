-- Holds of the usage in hand whose job is over and metered to its end, with nothing left to be rated.
SELECT DISTINCT h.id
FROM rating_held r
JOIN ledger_hold h ON h.id = r.hold_id AND h.state = 'open' AND h.ended_at IS NOT NULL
JOIN rating_usage u ON u.usage_id = r.usage_id
JOIN metering_allocation a ON a.id = u.allocation_id AND a.metered_until >= h.ended_at
WHERE NOT EXISTS (
    SELECT FROM metering_usage_pending p
    JOIN metering_usage_record w ON w.tenant_id = p.tenant_id
        AND w.recorded_month = p.recorded_month AND w.id = p.usage_id
    WHERE p.tenant_id = %(tenant_id)s AND w.allocation_id = a.id)
