-- What a card-hour of each card type costs by the public lists at an instant, the lowest where
-- several centres have one; NULL where there is no plain price.
SELECT m.id AS meter_id, m.code AS card_type, (
    SELECT min(p.unit_price_micro)
    FROM catalogue_price p
    JOIN catalogue_price_list l ON l.id = p.price_list_id
    WHERE p.meter_id = m.id AND l.kind = 'default' AND l.id > 0 AND p.kind = 'unit'
        AND p.band = 'all' AND p.valid @> %(at)s::timestamptz
        AND NOT EXISTS (
            SELECT FROM catalogue_price n
            WHERE n.price_list_id = p.price_list_id AND n.meter_id = p.meter_id
                AND n.band = p.band AND n.kind = 'unit' AND n.valid @> %(at)s::timestamptz
                AND n.cluster_id IS NOT DISTINCT FROM p.cluster_id
                AND n.correction_no > p.correction_no)) AS unit_price_micro
FROM catalogue_meter m
ORDER BY m.code
