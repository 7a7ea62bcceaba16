-- Months that have ended and are still open for somebody. Usage that waits has no row here until
-- it is rated, and cannot be closed before. What was bought as a package is billed with the first
-- month that is not closed for its buyer.
SELECT open.month
FROM invoices_tenant_month open
JOIN kernel_billing_month border ON border.month = open.month
WHERE open.tenant_id > 0 AND open.state = 'open' AND border.ends_at <= %(now)s
UNION
SELECT first.month
FROM packages_change g
JOIN packages_order o ON o.id = g.order_id
CROSS JOIN LATERAL (
    SELECT border.month FROM kernel_billing_month border
    WHERE border.ends_at > g.made_at AND border.ends_at <= %(now)s
        AND NOT EXISTS (
            SELECT FROM invoices_tenant_month closed
            WHERE closed.tenant_id = o.tenant_id AND closed.month = border.month
                AND closed.state = 'closed')
    ORDER BY border.month LIMIT 1
) first
WHERE o.tenant_id > 0 AND g.amount_micro <> 0
    AND NOT EXISTS (SELECT FROM invoices_invoice_line l WHERE l.package_change_id = g.id)
ORDER BY month
