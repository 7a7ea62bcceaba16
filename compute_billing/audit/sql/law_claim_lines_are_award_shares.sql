-- Heads against lines for every claim; lines against shares for what is in scope.
(SELECT c.id AS claim_id, NULL::bigint AS charge_id, c.amount AS claimed,
    coalesce(sum(l.amount), 0) AS shared
FROM settlement_claim c LEFT JOIN settlement_claim_line l ON l.claim_id = c.id
GROUP BY c.id
HAVING c.amount <> coalesce(sum(l.amount), 0) OR c.line_count <> count(l.id)
LIMIT %(limit)s)
UNION ALL
(SELECT l.claim_id, l.charge_id, l.amount, s.amount
FROM verify_scope v
JOIN settlement_claim_line l USING (tenant_id, recorded_month)
JOIN settlement_claim c ON c.id = l.claim_id
LEFT JOIN subsidies_award a ON a.id = l.award_id
LEFT JOIN rating_charge_share s ON s.tenant_id = l.tenant_id
    AND s.recorded_month = l.recorded_month AND s.charge_id = l.charge_id
    AND s.payer_kind = 'award' AND s.account_id = a.account_id
    AND s.recorded_month = ANY(%(months)s::date[])
WHERE l.recorded_month = ANY(%(months)s::date[]) AND l.basis_before IS NULL AND (
    s.amount IS DISTINCT FROM l.amount
    OR a.fund_id <> c.fund_id
    OR a.tenant_id <> l.tenant_id)
ORDER BY l.claim_id, l.charge_id
LIMIT %(limit)s)
LIMIT %(limit)s
