-- Months that have ended and are still open for somebody. Usage that waits has no row here until
-- it is rated, and cannot be closed before.
SELECT DISTINCT open.month
FROM invoices_tenant_month open
JOIN kernel_billing_month border ON border.month = open.month
WHERE open.tenant_id > 0 AND open.state = 'open' AND border.ends_at <= %(now)s
ORDER BY open.month
