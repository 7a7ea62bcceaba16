-- A charge stands on one line per award, and was noted as claimed. A second claim of a share is
-- looked for where more is claimed than stated, which it brings about, and in everything if asked.
WITH excess AS (
    SELECT FROM (
        SELECT claimant_id, period, sum(amount) AS amount
        FROM settlement_claim WHERE kind = 'share' GROUP BY claimant_id, period
    ) c
    LEFT JOIN (
        SELECT operator_id AS claimant_id, period, sum(programme) AS amount
        FROM settlement_operator_statement GROUP BY operator_id, period
    ) s USING (claimant_id, period)
    WHERE c.amount <> coalesce(s.amount, 0)
)
(SELECT l.charge_id, l.award_id, count(*) AS lines, 'on several lines' AS problem
FROM settlement_claim_line l
WHERE l.basis_before IS NULL AND (%(full)s OR (SELECT EXISTS (SELECT FROM excess)))
GROUP BY l.charge_id, l.award_id HAVING count(*) > 1
LIMIT %(limit)s)
UNION ALL
(SELECT l.charge_id, l.award_id, 1, 'on a line and not noted as claimed'
FROM verify_scope v
JOIN settlement_claim_line l USING (tenant_id, recorded_month)
WHERE NOT EXISTS (SELECT FROM settlement_claimed d WHERE d.charge_id = l.charge_id)
LIMIT %(limit)s)
UNION ALL
(SELECT lost.charge_id, NULL, 0, 'noted as claimed and on no line'
FROM (
    -- by sets, whatever the planner knows of tables that a month has just filled
    SELECT charge_id FROM settlement_claimed WHERE %(full)s
    EXCEPT SELECT charge_id FROM settlement_claim_line
) lost
LIMIT %(limit)s)
LIMIT %(limit)s
