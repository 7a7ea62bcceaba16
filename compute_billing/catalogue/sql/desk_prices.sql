-- Prices that have not ended: their key, what they are and from when to when.
SELECT l.code AS price_list, l.kind AS list_kind, l.customer_class, m.code AS card_type,
    coalesce(c.code, '') AS cluster, coalesce(c.name, '') AS cluster_name, p.band,
    band.starts_minute AS band_starts_minute, band.ends_minute AS band_ends_minute, p.correction_no,
    lower(p.valid) AS valid_from, upper(p.valid) AS valid_until, p.unit_price_micro, p.kind
FROM catalogue_price p
JOIN catalogue_price_list l ON l.id = p.price_list_id
JOIN catalogue_meter m ON m.id = p.meter_id
LEFT JOIN catalogue_cluster c ON c.id = p.cluster_id
LEFT JOIN catalogue_time_band band ON band.price_list_id = l.id AND band.code = p.band
WHERE p.id > 0 AND (%(issuer_id)s::bigint IS NULL OR l.issuer_id = %(issuer_id)s)
    AND p.kind <> 'royalty' AND (upper_inf(p.valid) OR upper(p.valid) > %(now)s)
    AND NOT EXISTS (
        SELECT FROM catalogue_price n
        WHERE n.price_list_id = p.price_list_id AND n.meter_id = p.meter_id AND n.band = p.band
            AND n.cluster_id IS NOT DISTINCT FROM p.cluster_id AND n.kind <> 'royalty'
            AND n.valid = p.valid AND n.correction_no > p.correction_no)
ORDER BY l.code, m.code, c.code NULLS FIRST, p.band, lower(p.valid)
