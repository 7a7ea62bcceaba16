SELECT tenant_id FROM invoices_tenant_month
WHERE month = %(month)s AND (%(tenant_id)s::bigint IS NULL AND tenant_id > 0 OR tenant_id = %(tenant_id)s)
ORDER BY tenant_id
