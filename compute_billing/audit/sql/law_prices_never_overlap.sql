SELECT p.id AS price_id, q.id AS other_price_id, p.price_list_id, p.meter_id, p.cluster_id, p.band
FROM catalogue_price p
JOIN catalogue_price q ON q.id > p.id
    AND q.price_list_id = p.price_list_id AND q.meter_id = p.meter_id
    AND q.cluster_id IS NOT DISTINCT FROM p.cluster_id
    AND q.band = p.band AND q.correction_no = p.correction_no AND q.valid && p.valid
WHERE p.kind <> 'royalty' AND q.kind <> 'royalty'
ORDER BY p.id, q.id
LIMIT %(limit)s
