-- Who has charges or usage in a month that is not closed for them, or packages that no bill says.
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
UNION
SELECT o.tenant_id
FROM packages_order o JOIN packages_change g ON g.order_id = o.id
WHERE o.tenant_id > 0 AND g.made_at < %(ends_at)s AND g.amount_micro <> 0
    AND NOT EXISTS (SELECT FROM invoices_invoice_line l WHERE l.package_change_id = g.id)
    AND NOT EXISTS (
        SELECT FROM invoices_tenant_month closed
        WHERE closed.tenant_id = o.tenant_id AND closed.month = %(month)s
            AND closed.state = 'closed')
ORDER BY tenant_id
