INSERT INTO rating_counter (tenant_id, price_id, month, quantity, amount)
SELECT %(tenant_id)s, price_id, month, sum(quantity - quantity_in_kind), sum(gross)
FROM rating_segment GROUP BY price_id, month
ON CONFLICT (tenant_id, price_id, month) DO UPDATE
SET quantity = rating_counter.quantity + excluded.quantity,
    amount = rating_counter.amount + excluded.amount
