INSERT INTO invoices_tenant_month (tenant_id, month, state, parked_reason)
SELECT %(tenant_id)s, month, 'open', '' FROM unnest(%(months)s::date[]) AS m (month)
ORDER BY month
ON CONFLICT DO NOTHING
