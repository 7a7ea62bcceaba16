-- What a claim demands for each award, by tenant and reference.
SELECT tenant.code AS tenant, tenant.name AS tenant_name, award.reference, award.rate_ppm,
    line.lines, line.basis::bigint AS basis, line.amount::bigint AS amount
FROM (
    SELECT award_id, count(*) AS lines, sum(basis) AS basis, sum(amount) AS amount
    FROM settlement_claim_line
    WHERE claim_id = %(claim_id)s
    GROUP BY award_id
) line
JOIN subsidies_award award ON award.id = line.award_id
JOIN accounts_organisation tenant ON tenant.id = award.tenant_id
ORDER BY tenant.code, award.reference
