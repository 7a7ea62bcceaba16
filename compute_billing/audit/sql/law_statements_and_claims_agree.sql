-- What an operator's statements of a month say that programmes bear is what was claimed from them.
-- What was claimed twice is another law's affair; it is looked for only where the sums differ.
WITH claimed AS (
    SELECT claimant_id AS operator_id, period, sum(amount) AS amount
    FROM settlement_claim WHERE kind = 'share' GROUP BY claimant_id, period
), stated AS (
    SELECT operator_id, period, sum(programme) AS amount
    FROM settlement_operator_statement GROUP BY operator_id, period
), differing AS MATERIALIZED (
    SELECT operator_id, period, coalesce(s.amount, 0) AS stated, coalesce(c.amount, 0) AS claimed
    FROM stated s FULL JOIN claimed c USING (operator_id, period)
    WHERE coalesce(s.amount, 0) <> coalesce(c.amount, 0)
)
SELECT d.operator_id, d.period, d.stated, d.claimed
FROM differing d
WHERE d.stated <> (
    SELECT coalesce(sum(once.amount), 0)
    FROM (
        SELECT min(l.amount) AS amount
        FROM settlement_claim c JOIN settlement_claim_line l ON l.claim_id = c.id
        WHERE c.claimant_id = d.operator_id AND c.period = d.period AND c.kind = 'share'
        GROUP BY l.charge_id, l.award_id
    ) once)
ORDER BY d.operator_id, d.period
LIMIT %(limit)s
