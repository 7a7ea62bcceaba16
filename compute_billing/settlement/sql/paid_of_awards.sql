-- What a claim pays of each award that a decision on an application gave, in micro-yuan.
SELECT a.reference, sum(l.amount)::bigint AS amount
FROM settlement_claim_line l
JOIN subsidies_award a ON a.id = l.award_id
WHERE l.claim_id = %(claim_id)s
    AND EXISTS (SELECT 1 FROM subsidies_cap_reservation r WHERE r.reference = a.reference)
GROUP BY a.reference
ORDER BY a.reference
