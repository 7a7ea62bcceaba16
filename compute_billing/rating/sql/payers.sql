-- Everything of the tenant that may pay, locked in account order, listed in burn order. Money has
-- no first day: a top-up also pays for use that came before it.
WITH locked AS MATERIALIZED (
    SELECT b.account_id, b.posted - b.held - b.floor AS available
    FROM ledger_balance b
    WHERE b.account_id IN (
        SELECT account_id FROM ledger_credit_lot WHERE tenant_id = %(tenant_id)s
        UNION SELECT account_id FROM subsidies_award WHERE tenant_id = %(tenant_id)s
        UNION SELECT id FROM ledger_account
            WHERE owner_kind = 'tenant' AND owner_id = %(tenant_id)s AND kind = 'credit')
    ORDER BY b.account_id FOR UPDATE
)
SELECT l.account_id, l.available, a.kind, a.unit, lot.operator_id, lot.cluster_id, lot.meter_id, lot.project_id,
    CASE WHEN lot.stage <> 'paid' THEN lot.starts_at END AS starts_at, lot.expires_at
FROM locked l
JOIN ledger_account a ON a.id = l.account_id
LEFT JOIN ledger_credit_lot lot ON lot.account_id = l.account_id
WHERE a.kind <> 'award'
ORDER BY lot.specificity DESC, lot.expires_at NULLS LAST, lot.granted, l.account_id
