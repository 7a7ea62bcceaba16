SELECT month, state FROM invoices_tenant_month
WHERE tenant_id = %(tenant_id)s AND month >= %(first_month)s
ORDER BY month FOR SHARE
