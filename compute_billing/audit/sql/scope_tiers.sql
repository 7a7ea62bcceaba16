-- Every price as steps: T(Q) = (base + (Q - from_quantity) * unit_price_micro) / 3 600 000 000.
-- A plain price is one step.
DROP TABLE IF EXISTS pg_temp.verify_tier;
CREATE TEMPORARY TABLE verify_tier AS
WITH step AS (
    SELECT id AS price_id, 0::bigint AS from_quantity, unit_price_micro
    FROM catalogue_price WHERE kind <> 'graduated'
    UNION ALL
    SELECT t.price_id, t.from_quantity, t.unit_price_micro
    FROM catalogue_price_tier t
    JOIN catalogue_price p ON p.id = t.price_id AND p.kind = 'graduated'
), bounded AS (
    SELECT step.*, lead(from_quantity) OVER by_price AS to_quantity
    FROM step WINDOW by_price AS (PARTITION BY price_id ORDER BY from_quantity)
)
SELECT bounded.*,
    coalesce(sum((to_quantity - from_quantity)::numeric * unit_price_micro) OVER (
        PARTITION BY price_id ORDER BY from_quantity
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS base
FROM bounded;
ANALYZE pg_temp.verify_tier;
