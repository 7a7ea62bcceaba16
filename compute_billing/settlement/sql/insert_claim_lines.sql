INSERT INTO settlement_claim_line (claim_id, tenant_id, recorded_month, charge_id, award_id, basis,
    amount, adjusts_charge_id)
SELECT %(claim_id)s, tenant_id, recorded_month, charge_id, award_id, basis, amount,
    adjusts_charge_id
FROM claimable_share
WHERE fund_id = %(fund_id)s AND claimant_id = %(claimant_id)s
ORDER BY tenant_id, charge_id, award_id
