-- Where money of an operator that a tenant gets back lies longest; see overpaid_arrears.sql.
SELECT account_id FROM ledger_credit_lot
WHERE tenant_id = %(tenant_id)s AND stage = 'paid' AND operator_id = %(operator_id)s
ORDER BY cluster_id IS NULL AND meter_id IS NULL AND project_id IS NULL DESC,
    expires_at DESC NULLS FIRST, account_id DESC
LIMIT 1
