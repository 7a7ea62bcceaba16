-- Of awards that are claimed afterwards: granted = the lines less what was clawed back = S(basis),
-- and each line repeats S(before + basis) - S(before), of all its funds together.
WITH line AS (
    SELECT l.award_id, l.charge_id, l.basis_before, l.basis, sum(l.amount) AS amount
    FROM settlement_claim_line l
    WHERE l.basis_before IS NOT NULL
    GROUP BY l.award_id, l.charge_id, l.basis_before, l.basis
), claimed AS (
    SELECT award_id, sum(basis) AS basis, sum(amount) AS amount FROM line GROUP BY award_id
), taken AS (
    SELECT c.award_id, sum(l.basis) AS basis, sum(l.amount) AS amount
    FROM settlement_clawback c JOIN settlement_clawback_line l ON l.clawback_id = c.id
    WHERE c.state = 'approved'
    GROUP BY c.award_id
), award AS (
    SELECT a.id, a.reference, a.is_share, k.basis, k.granted, a.cap_micro,
        a.rate_ppm::numeric * a.days_counted AS above,
        1000000::numeric * a.days_whole * a.rounding_unit_micro AS below,
        a.rounding_unit_micro AS unit, a.rounding_mode = 'half_up' AS is_half_up
    FROM subsidies_award a JOIN subsidies_award_counter k ON k.award_id = a.id
    WHERE a.mode <> 'in_kind' AND NOT a.is_share
)
SELECT award_id, reference, charge_id, found, wanted FROM (
    SELECT a.id AS award_id, a.reference, NULL::bigint AS charge_id, a.granted::numeric AS found,
        least(a.cap_micro, a.unit * CASE WHEN a.is_half_up
            THEN div(2 * a.above * a.basis + a.below, 2 * a.below)
            ELSE div(a.above * a.basis, a.below) END) AS wanted
    FROM award a
    UNION ALL
    SELECT a.id, a.reference, NULL, a.granted, coalesce(c.amount, 0) - coalesce(t.amount, 0)
    FROM award a LEFT JOIN claimed c ON c.award_id = a.id LEFT JOIN taken t ON t.award_id = a.id
    UNION ALL
    SELECT a.id, a.reference, NULL, a.basis, coalesce(c.basis, 0) - coalesce(t.basis, 0)
    FROM award a LEFT JOIN claimed c ON c.award_id = a.id LEFT JOIN taken t ON t.award_id = a.id
    UNION ALL
    SELECT a.id, a.reference, l.charge_id, l.amount, step.after - step.before
    FROM line l JOIN award a ON a.id = l.award_id
    CROSS JOIN LATERAL (SELECT
        least(a.cap_micro, a.unit * CASE WHEN a.is_half_up
            THEN div(2 * a.above * (l.basis_before + l.basis) + a.below, 2 * a.below)
            ELSE div(a.above * (l.basis_before + l.basis), a.below) END) AS after,
        least(a.cap_micro, a.unit * CASE WHEN a.is_half_up
            THEN div(2 * a.above * l.basis_before + a.below, 2 * a.below)
            ELSE div(a.above * l.basis_before, a.below) END) AS before) step
) checked
WHERE found <> wanted
ORDER BY award_id, charge_id
LIMIT %(limit)s
