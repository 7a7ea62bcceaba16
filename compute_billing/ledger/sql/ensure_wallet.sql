INSERT INTO ledger_wallet (tenant_id, mode, paused_reason) VALUES (%(tenant_id)s, 'prepaid', '')
ON CONFLICT (tenant_id) DO NOTHING
