-- What an award was claimed for so far, by charge and fund, and the last line of each.
SELECT line.charge_id, claim.fund_id, sum(line.basis)::bigint AS basis, max(line.id) AS line_id
FROM settlement_claim_line line JOIN settlement_claim claim ON claim.id = line.claim_id
WHERE line.award_id = %(award_id)s AND line.basis_before IS NOT NULL
GROUP BY line.charge_id, claim.fund_id
