-- The wallet row is the tenant's mutex: whoever holds it rates, everybody else goes on to the next.
SELECT tenant_id FROM ledger_wallet WHERE tenant_id = %(tenant_id)s FOR UPDATE SKIP LOCKED
