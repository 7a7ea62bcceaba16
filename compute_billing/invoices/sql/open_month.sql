INSERT INTO invoices_tenant_month (tenant_id, month, state, parked_reason)
VALUES (%(tenant_id)s, %(month)s, 'open', '')
ON CONFLICT (tenant_id, month) DO NOTHING
