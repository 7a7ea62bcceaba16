-- What the use in rating_usage is cut into, and the highest price of each: of all tiers the dearest,
-- because others' use may come first.
SELECT p.price_id, l.issuer_id, sum(p.quantity)::bigint AS quantity, count(*) AS segments,
    greatest(r.unit_price_micro, (SELECT max(t.unit_price_micro) FROM catalogue_price_tier t
        WHERE t.price_id = r.id)) AS highest_price_micro
FROM ({pieces}) p
JOIN catalogue_price r ON r.id = p.price_id
JOIN catalogue_price_list l ON l.id = r.price_list_id
GROUP BY p.price_id, l.issuer_id, r.id, r.unit_price_micro
ORDER BY highest_price_micro DESC, p.price_id
