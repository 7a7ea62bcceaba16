-- Priced quantity was paid last, so it comes back first; the rest returns to the card-time lots.
WITH back AS (
    SELECT p.charge_id, p.recorded_month, p.price_id,
        least(o.quantity_in_kind, greatest(0, -p.quantity - (o.quantity - o.quantity_in_kind)))
            AS amount
    FROM rating_piece p JOIN rating_original o ON o.charge_id = p.charge_id
    WHERE o.quantity_in_kind > 0
), spent AS (
    UPDATE rating_piece p SET need = p.need + back.amount
    FROM back WHERE p.charge_id = back.charge_id AND back.amount > 0
), spread AS (
    SELECT b.charge_id, b.recorded_month, b.price_id, s.account_id, s.unit,
        least(s.amount, b.amount - (sum(s.amount) OVER w - s.amount))::bigint AS amount
    FROM back b
    JOIN rating_original_share s ON s.charge_id = b.charge_id AND s.payer_kind = 'in_kind'
    WHERE b.amount > 0
    WINDOW w AS (PARTITION BY b.charge_id ORDER BY s.position)
), shared AS (
    INSERT INTO rating_charge_share (tenant_id, recorded_month, charge_id, payer_kind, account_id,
        unit, amount, transaction_id)
    SELECT %(tenant_id)s, recorded_month, charge_id, 'in_kind', account_id, unit, -amount,
        %(transaction_id)s
    FROM spread WHERE amount > 0
)
SELECT account_id, unit, price_id, -sum(amount)::bigint AS amount
FROM spread WHERE amount > 0 GROUP BY account_id, unit, price_id
