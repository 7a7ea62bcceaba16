-- Paid money without a scope, in burn order, and whose compute it buys. Vouchers and promotion never clear arrears.
SELECT l.account_id, l.operator_id, b.posted - b.held AS available
FROM ledger_credit_lot l JOIN ledger_balance b ON b.account_id = l.account_id
WHERE l.tenant_id = %(tenant_id)s AND l.stage = 'paid'
    AND l.cluster_id IS NULL AND l.meter_id IS NULL AND l.project_id IS NULL
    AND l.starts_at <= %(now)s AND (l.expires_at IS NULL OR l.expires_at > %(now)s)
    AND b.posted > b.held
ORDER BY l.specificity DESC, l.expires_at NULLS LAST, l.granted, l.account_id
