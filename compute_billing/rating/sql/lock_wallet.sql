SELECT tenant_id FROM ledger_wallet WHERE tenant_id = %(tenant_id)s FOR UPDATE
