-- The priced segments of the use in the work tables, in order of time, each with the use of the
-- month at its price that came before it, and the tier that this lies in.
SELECT s.charge_id, s.segment_start AS starts_at, s.segment_end AS ends_at, s.month,
    l.code AS price_list, l.kind AS list_kind, l.customer_class, o.code AS issuer, p.band,
    band.starts_minute AS band_starts_minute, band.ends_minute AS band_ends_minute,
    p.unit_price_micro, s.counter_before,
    t.from_quantity AS tier_from, t.unit_price_micro AS tier_price_micro, s.quantity,
    s.quantity_in_kind, s.gross, s.discount, s.programme
FROM rating_segment s
JOIN catalogue_price p ON p.id = s.price_id
JOIN catalogue_price_list l ON l.id = p.price_list_id
JOIN accounts_organisation o ON o.id = l.issuer_id
LEFT JOIN catalogue_time_band band ON band.price_list_id = l.id AND band.code = p.band
LEFT JOIN LATERAL (
    SELECT from_quantity, unit_price_micro FROM catalogue_price_tier
    WHERE price_id = p.id AND from_quantity <= s.counter_before
    ORDER BY from_quantity DESC LIMIT 1
) t ON true
ORDER BY s.segment_start
