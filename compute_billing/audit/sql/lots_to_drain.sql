-- A tenant's lots that are not over and not empty, in the order in which they are spent.
SELECT l.stage, (b.posted - b.held) AS free, l.operator_id, l.cluster_id, l.meter_id, l.project_id,
    l.starts_at, l.expires_at
FROM ledger_credit_lot l
JOIN ledger_balance b ON b.account_id = l.account_id
WHERE l.tenant_id = %(tenant_id)s AND (l.expires_at IS NULL OR l.expires_at > %(now)s)
    AND b.posted > b.held
ORDER BY array_position(ARRAY['in_kind', 'promotion', 'paid'], l.stage::text), l.specificity DESC,
    l.expires_at NULLS LAST, l.granted, l.account_id
