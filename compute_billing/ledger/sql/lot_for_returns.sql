-- Money that comes back lies longest where it expires last.
SELECT account_id FROM ledger_credit_lot
WHERE tenant_id = %(tenant_id)s AND stage = 'paid'
ORDER BY cluster_id IS NULL AND meter_id IS NULL AND project_id IS NULL DESC,
    expires_at DESC NULLS FIRST, account_id DESC
LIMIT 1
