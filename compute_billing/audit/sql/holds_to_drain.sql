-- What is held for jobs of a tenant from now on.
SELECT operator_id, cluster_id, meter_id, project_id, milli_cards, starts_at, covered_until AS until
FROM ledger_hold
WHERE tenant_id = %(tenant_id)s AND state = 'open' AND covered_until > %(now)s
ORDER BY id
