SELECT s.tenant_id, s.recorded_month, s.charge_id, s.payer_kind, s.account_id
FROM verify_scope v
JOIN rating_charge_share s USING (tenant_id, recorded_month)
LEFT JOIN ledger_account a ON a.id = s.account_id
LEFT JOIN subsidies_award w ON w.account_id = s.account_id
LEFT JOIN ledger_transaction t ON t.id = s.transaction_id
WHERE s.recorded_month = ANY(%(months)s::date[]) AND (
    a.id IS NULL
    OR t.id IS NULL
    OR a.kind <> s.payer_kind
    OR a.unit <> s.unit
    OR (a.unit = 'CNY') <> (s.payer_kind <> 'in_kind')
    OR CASE WHEN s.payer_kind = 'award' THEN w.tenant_id IS DISTINCT FROM s.tenant_id
        ELSE a.owner_kind <> 'tenant' OR a.owner_id <> s.tenant_id END)
ORDER BY s.tenant_id, s.charge_id
LIMIT %(limit)s
