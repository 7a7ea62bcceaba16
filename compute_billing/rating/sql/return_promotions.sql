-- The net comes back first; only what exceeds the net of the charge returns to promotion lots.
WITH back AS (
    SELECT g.charge_id, g.recorded_month, g.price_id,
        least(o.discount, greatest(0, -g.gross - (o.gross - o.discount))) AS amount
    FROM rating_segment g JOIN rating_original o ON o.charge_id = g.charge_id
    WHERE o.discount > 0
), spent AS (
    UPDATE rating_segment g SET need = g.need + back.amount, discount = -back.amount
    FROM back WHERE g.charge_id = back.charge_id AND back.amount > 0
), spread AS (
    SELECT b.charge_id, b.recorded_month, b.price_id, s.account_id,
        least(s.amount, b.amount - (sum(s.amount) OVER w - s.amount))::bigint AS amount
    FROM back b
    JOIN rating_original_share s ON s.charge_id = b.charge_id AND s.payer_kind = 'promotion'
    WHERE b.amount > 0
    WINDOW w AS (PARTITION BY b.charge_id ORDER BY s.position)
), shared AS (
    INSERT INTO rating_charge_share (tenant_id, recorded_month, charge_id, payer_kind, account_id,
        unit, amount, transaction_id)
    SELECT %(tenant_id)s, recorded_month, charge_id, 'promotion', account_id, 'CNY', -amount,
        %(transaction_id)s
    FROM spread WHERE amount > 0
)
SELECT account_id, 'CNY' AS unit, price_id, -sum(amount)::bigint AS amount
FROM spread WHERE amount > 0 GROUP BY account_id, price_id
