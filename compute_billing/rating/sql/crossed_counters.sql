-- Counters of graduated prices of which something is taken back that was charged in another tier
-- than what came after it: a tier begins between its place in the month's quantity and the end.
WITH oldest AS MATERIALIZED (
    SELECT l.price_id, l.month, k.quantity, min(l.charge_id) AS since_id
    FROM rating_live l
    JOIN catalogue_price r ON r.id = l.price_id AND r.kind = 'graduated'
    JOIN rating_counter k ON k.tenant_id = %(tenant_id)s AND k.price_id = l.price_id
        AND k.month = l.month
    WHERE (%(with_kept)s OR NOT l.is_kept)
        AND (%(starts_at)s::timestamptz IS NULL
            OR (l.segment_start < %(ends_at)s AND l.segment_end > %(starts_at)s))
        AND EXISTS (SELECT FROM catalogue_price_tier t WHERE t.price_id = l.price_id
            AND t.from_quantity > 0 AND t.from_quantity < k.quantity)
    GROUP BY l.price_id, l.month, k.quantity
)
SELECT o.price_id, o.month, o.since_id, since.charges
FROM oldest o
CROSS JOIN LATERAL (
    SELECT sum(c.quantity - c.quantity_in_kind) AS priced,
        sum(c.quantity - c.quantity_in_kind)
            FILTER (WHERE coalesce(c.reverses_id, c.id) > o.since_id) AS newer,
        count(*) FILTER (WHERE c.reverses_id IS NULL) AS charges
    FROM rating_charge c
    WHERE c.tenant_id = %(tenant_id)s AND c.price_id = o.price_id AND c.usage_month = o.month
        AND c.id >= o.since_id AND coalesce(c.reverses_id, c.id) >= o.since_id
) since
WHERE since.newer > 0
    AND EXISTS (SELECT FROM catalogue_price_tier t WHERE t.price_id = o.price_id
        AND t.from_quantity > o.quantity - since.priced AND t.from_quantity < o.quantity)
ORDER BY o.price_id, o.month
