-- Paid money that may buy card time of a meter of a cluster, in burn order; then the credit limit.
SELECT account_id, available
FROM (
    SELECT l.account_id, b.posted - b.held AS available, 0 AS stage, l.specificity, l.expires_at,
        l.granted
    FROM ledger_credit_lot l JOIN ledger_balance b ON b.account_id = l.account_id
    WHERE l.tenant_id = %(tenant_id)s AND l.stage = 'paid'
        AND (l.cluster_id IS NULL OR l.cluster_id = %(cluster_id)s)
        AND (l.meter_id IS NULL OR l.meter_id = %(meter_id)s)
        AND l.project_id IS NULL
        AND l.starts_at <= %(now)s AND (l.expires_at IS NULL OR l.expires_at > %(now)s)
    UNION ALL
    SELECT a.id, b.posted - b.held - b.floor, 1, 0, NULL, 0
    FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
    WHERE a.owner_kind = 'tenant' AND a.owner_id = %(tenant_id)s AND a.kind = 'credit'
) payer
WHERE available > 0
ORDER BY stage, specificity DESC, expires_at NULLS LAST, granted, account_id
