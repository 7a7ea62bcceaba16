-- The months in which something was booked for somebody, the newest first.
SELECT DISTINCT month FROM invoices_tenant_month WHERE tenant_id > 0 ORDER BY month DESC LIMIT %(limit)s
