-- The programme's part follows the award's counter: S(B - g) - S(B). Above an exhausted cap that is
-- nothing, and the tenant gets all of it back.
WITH earlier AS MATERIALIZED (
    SELECT charge_id, sum(amount) AS amount FROM rating_original_share
    WHERE payer_kind = 'award' AND account_id = ANY(%(earlier_account_ids)s::bigint[])
    GROUP BY charge_id
), eligible AS (
    SELECT g.charge_id, g.recorded_month, g.price_id,
        least(-g.need, greatest(0, o.gross - o.discount - coalesce(e.amount, 0)))::bigint AS basis
    FROM rating_segment g
    JOIN rating_original o ON o.charge_id = g.charge_id
    JOIN rating_original_share s ON s.charge_id = g.charge_id
        AND s.payer_kind = 'award' AND s.account_id = %(account_id)s
    LEFT JOIN earlier e ON e.charge_id = g.charge_id
    WHERE g.need < 0
), running AS (
    SELECT *, %(basis)s - sum(basis) OVER (ORDER BY charge_id) AS after
    FROM eligible
), returned AS MATERIALIZED (
    SELECT charge_id, recorded_month, price_id, basis, (
        least(%(cap)s, div(2 * %(rate_ppm)s * after + 1000000, 2000000))
        - least(%(cap)s, div(2 * %(rate_ppm)s * (after + basis) + 1000000, 2000000)))::bigint AS amount
    FROM running
), spent AS (
    UPDATE rating_segment g SET need = g.need - returned.amount,
        programme = g.programme + returned.amount
    FROM returned WHERE g.charge_id = returned.charge_id
), shared AS (
    INSERT INTO rating_charge_share (tenant_id, recorded_month, charge_id, payer_kind, account_id,
        unit, amount, transaction_id)
    SELECT %(tenant_id)s, recorded_month, charge_id, 'award', %(account_id)s, 'CNY', amount,
        %(transaction_id)s
    FROM returned
), counted AS (
    UPDATE subsidies_award_counter c
    SET basis = c.basis - total.basis, granted = c.granted + total.amount
    FROM (SELECT coalesce(sum(basis), 0) AS basis, coalesce(sum(amount), 0) AS amount
        FROM returned) AS total
    WHERE award_id = %(award_id)s
)
SELECT %(account_id)s::bigint AS account_id, 'CNY' AS unit, price_id, sum(amount)::bigint AS amount
FROM returned GROUP BY price_id
