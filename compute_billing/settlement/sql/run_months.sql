-- The months in which something was booked for somebody, the newest first.
SELECT DISTINCT month FROM invoices_tenant_month ORDER BY month DESC LIMIT %(limit)s
