-- The priced segments of the use in the work tables, in order of time.
SELECT s.segment_start AS starts_at, s.segment_end AS ends_at, l.code AS price_list,
    o.code AS issuer, p.band, p.unit_price_micro, s.quantity, s.quantity_in_kind, s.gross,
    s.discount, s.programme
FROM rating_segment s
JOIN catalogue_price p ON p.id = s.price_id
JOIN catalogue_price_list l ON l.id = p.price_list_id
JOIN accounts_organisation o ON o.id = l.issuer_id
ORDER BY s.segment_start
