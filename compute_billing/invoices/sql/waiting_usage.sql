-- Usage that is not rated yet and would be booked in this month: it reaches into the month
-- itself, or into closed months after which this is the first open one.
SELECT pending.parked_reason, count(*) AS usage_count
FROM metering_usage_pending pending
JOIN metering_usage_record usage
    ON usage.tenant_id = pending.tenant_id
    AND usage.recorded_month = pending.recorded_month
    AND usage.id = pending.usage_id
WHERE pending.tenant_id = %(tenant_id)s
    AND usage.started_at < %(ends_at)s
    AND usage.ended_at > coalesce((
        SELECT max(earlier.ends_at)
        FROM kernel_billing_month earlier
        WHERE earlier.month < %(month)s AND NOT EXISTS (
            SELECT FROM invoices_tenant_month closed
            WHERE closed.tenant_id = %(tenant_id)s AND closed.month = earlier.month
                AND closed.state = 'closed')
    ), '-infinity')
GROUP BY pending.parked_reason
ORDER BY pending.parked_reason
