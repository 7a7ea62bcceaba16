-- What was claimed of each charge of an award and not taken back yet, in the order of the charges.
SELECT line.charge_id, min(line.recorded_month) AS recorded_month, sum(line.basis)::bigint AS basis
FROM settlement_claim_line line
JOIN settlement_claim claim ON claim.id = line.claim_id
JOIN subsidies_award award ON award.id = line.award_id AND award.fund_id = claim.fund_id
JOIN rating_charge charge ON charge.tenant_id = line.tenant_id
    AND charge.recorded_month = line.recorded_month AND charge.id = line.charge_id
WHERE line.award_id = %(award_id)s AND line.basis_before IS NOT NULL
    AND (%(used_from)s::timestamptz IS NULL OR charge.segment_start >= %(used_from)s)
    AND (%(used_until)s::timestamptz IS NULL OR charge.segment_start < %(used_until)s)
    AND NOT EXISTS (
        SELECT FROM settlement_clawback_line taken
        JOIN settlement_clawback clawback ON clawback.id = taken.clawback_id
        WHERE taken.charge_id = line.charge_id AND clawback.award_id = line.award_id)
GROUP BY line.charge_id
HAVING sum(line.basis) > 0
ORDER BY line.charge_id DESC
