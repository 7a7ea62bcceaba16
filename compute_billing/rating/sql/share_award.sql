-- programme_i = S(B + g) - S(B), S(b) = min(cap, R(rate x b)); B is what the award was asked for so
-- far. R(n / d) is div(2n + d, 2d), because numeric division is not exact. A share of zero is
-- written too: it says that the charge counted towards the award.
WITH eligible AS (
    SELECT charge_id, recorded_month, price_id, need,
        %(basis)s + sum(need) OVER (ORDER BY charge_id) AS upto
    FROM rating_segment
    WHERE need > 0
        AND (%(meter_id)s::bigint IS NULL OR meter_id = %(meter_id)s)
        AND (%(cluster_id)s::bigint IS NULL OR cluster_id = %(cluster_id)s)
        AND segment_start >= %(starts_at)s AND segment_start < %(ends_at)s
), granted AS MATERIALIZED (
    SELECT charge_id, recorded_month, price_id, need,
        (least(%(cap)s, div(2 * %(rate_ppm)s * upto + 1000000, 2000000))
        - least(%(cap)s, div(2 * %(rate_ppm)s * (upto - need) + 1000000, 2000000)))::bigint AS amount
    FROM eligible
), spent AS (
    UPDATE rating_segment s SET need = s.need - granted.amount,
        programme = s.programme + granted.amount
    FROM granted WHERE s.charge_id = granted.charge_id AND granted.amount <> 0
), shared AS (
    INSERT INTO rating_charge_share (tenant_id, recorded_month, charge_id, payer_kind, account_id,
        unit, amount, transaction_id)
    SELECT %(tenant_id)s, recorded_month, charge_id, 'award', %(account_id)s, 'CNY', amount,
        %(transaction_id)s
    FROM granted
), counted AS (
    UPDATE subsidies_award_counter c
    SET basis = c.basis + total.need, granted = c.granted + total.amount
    FROM (SELECT coalesce(sum(need), 0) AS need, coalesce(sum(amount), 0) AS amount FROM granted)
        AS total
    WHERE award_id = %(award_id)s
)
SELECT %(account_id)s::bigint AS account_id, 'CNY' AS unit, price_id, sum(amount)::bigint AS amount
FROM granted GROUP BY price_id
