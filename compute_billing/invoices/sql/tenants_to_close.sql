-- Who has charges or usage in a month that is not closed for them.
SELECT tenant_id FROM invoices_tenant_month
WHERE tenant_id > 0 AND month = %(month)s AND state = 'open'
UNION
SELECT pending.tenant_id
FROM metering_usage_pending pending
JOIN metering_usage_record usage
    ON usage.tenant_id = pending.tenant_id
    AND usage.recorded_month = pending.recorded_month
    AND usage.id = pending.usage_id
WHERE pending.tenant_id > 0 AND usage.started_at < %(ends_at)s AND usage.ended_at > %(starts_at)s
    AND NOT EXISTS (
        SELECT FROM invoices_tenant_month closed
        WHERE closed.tenant_id = pending.tenant_id AND closed.month = %(month)s
            AND closed.state = 'closed')
ORDER BY tenant_id
