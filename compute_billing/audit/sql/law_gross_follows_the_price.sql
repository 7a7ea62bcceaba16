-- gross = R(T(Q + q)) - R(T(Q)) with Q the counter before, q the quantity that money pays for,
-- R round half up. div() because numeric division is not exact.
SELECT c.tenant_id, c.recorded_month, c.id AS charge_id, c.price_id, c.gross,
    expected.gross AS by_the_price
FROM verify_scope v
JOIN rating_charge c USING (tenant_id, recorded_month)
LEFT JOIN verify_tier b ON b.price_id = c.price_id AND c.counter_before >= b.from_quantity
    AND (b.to_quantity IS NULL OR c.counter_before < b.to_quantity)
LEFT JOIN verify_tier a ON a.price_id = c.price_id
    AND c.counter_before + c.quantity - c.quantity_in_kind >= a.from_quantity
    AND (a.to_quantity IS NULL
        OR c.counter_before + c.quantity - c.quantity_in_kind < a.to_quantity)
CROSS JOIN LATERAL (
    SELECT
        div(2 * (a.base + (c.counter_before + c.quantity - c.quantity_in_kind
            - a.from_quantity)::numeric * a.unit_price_micro) + 3600000000, 7200000000)
        - div(2 * (b.base + (c.counter_before - b.from_quantity)::numeric * b.unit_price_micro)
            + 3600000000, 7200000000) AS gross
) expected
WHERE c.gross IS DISTINCT FROM expected.gross AND c.recorded_month = ANY(%(months)s::date[])
ORDER BY c.tenant_id, c.id
LIMIT %(limit)s
