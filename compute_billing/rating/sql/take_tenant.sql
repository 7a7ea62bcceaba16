-- The wallet row is the tenant's mutex: whoever holds it rates, everybody else goes on to the next.
SELECT tenant_id, EXISTS (
        SELECT FROM ledger_hold h WHERE h.tenant_id = ledger_wallet.tenant_id) AS has_holds
FROM ledger_wallet WHERE tenant_id = %(tenant_id)s FOR UPDATE SKIP LOCKED
