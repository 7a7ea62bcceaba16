-- The rest goes back to whom it came from, last payer first; more than they paid (a capped award
-- kept its part, or a rounding of a micro-yuan) goes to the last payer too.
WITH owed AS (
    SELECT charge_id, recorded_month, price_id, -need AS amount FROM rating_segment WHERE need < 0
), payer AS (
    SELECT o.charge_id, o.recorded_month, o.price_id, o.amount AS total,
        coalesce(s.payer_kind, 'arrears') AS payer_kind,
        coalesce(s.account_id, (%(arrears_account_ids)s::bigint[])[
            array_position(%(price_ids)s::bigint[], o.price_id)]) AS account_id,
        coalesce(s.position, 1) AS position,
        greatest(0, least(s.amount, o.amount - (sum(s.amount) OVER w - s.amount))) AS amount
    FROM owed o
    LEFT JOIN rating_original_share s ON s.charge_id = o.charge_id
        AND s.payer_kind IN ('paid', 'credit', 'arrears') AND s.amount > 0
    WINDOW w AS (PARTITION BY o.charge_id ORDER BY s.position)
), given AS (
    SELECT charge_id, recorded_month, price_id, payer_kind, account_id,
        coalesce(amount, 0) + CASE WHEN row_number() OVER (
                PARTITION BY charge_id ORDER BY position) = 1
            THEN total - coalesce(sum(amount) OVER (PARTITION BY charge_id), 0) ELSE 0 END AS amount
    FROM payer
), shared AS (
    INSERT INTO rating_charge_share (tenant_id, recorded_month, charge_id, payer_kind, account_id,
        unit, amount, transaction_id, cause)
    SELECT %(tenant_id)s, recorded_month, charge_id, payer_kind, account_id, 'CNY', -amount,
        %(transaction_id)s, CASE WHEN payer_kind = 'arrears' THEN %(cause)s ELSE '' END
    FROM given WHERE amount > 0
)
SELECT account_id, 'CNY' AS unit, price_id, -sum(amount)::bigint AS amount
FROM given WHERE amount > 0 GROUP BY account_id, price_id
