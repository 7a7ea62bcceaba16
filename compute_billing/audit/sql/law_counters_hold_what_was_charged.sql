WITH charged AS (
    SELECT tenant_id, price_id, usage_month AS month, sum(priced) AS quantity,
        sum(gross) AS amount
    FROM verify_charged GROUP BY tenant_id, price_id, usage_month
), counted AS (
    SELECT tenant_id, price_id, month, k.quantity, k.amount,
        c.quantity AS charged_quantity, c.amount AS charged_amount
    FROM rating_counter k FULL JOIN charged c USING (tenant_id, price_id, month)
)
SELECT k.tenant_id, k.price_id, k.month, k.quantity, k.charged_quantity, k.amount,
    k.charged_amount
FROM counted k
LEFT JOIN verify_tier t ON t.price_id = k.price_id AND k.quantity >= t.from_quantity
    AND (t.to_quantity IS NULL OR k.quantity < t.to_quantity)
WHERE coalesce(k.quantity, 0) <> coalesce(k.charged_quantity, 0)
    OR coalesce(k.amount, 0) <> coalesce(k.charged_amount, 0)
    OR (k.quantity IS NOT NULL AND k.amount IS DISTINCT FROM
        div(2 * (t.base + (k.quantity - t.from_quantity)::numeric * t.unit_price_micro)
            + 3600000000, 7200000000))
ORDER BY k.tenant_id, k.price_id, k.month
LIMIT %(limit)s
