-- Price drafts in words, the newest first, with what they would have changed in all. The amount
-- before is that of the price of the same key that holds when the draft begins, or held last.
SELECT d.public_id, l.code AS price_list, l.kind AS list_kind, l.customer_class, m.code AS card_type,
    coalesce(c.code, '') AS cluster, coalesce(c.name, '') AS cluster_name, d.band,
    band.starts_minute AS band_starts_minute, band.ends_minute AS band_ends_minute, d.valid_from, d.unit_price_micro, d.reason, d.maker_id,
    d.made_at, d.effect_month, e.decision, e.decided_at, e.decider_id,
    next.public_id AS replaced_by, held.unit_price_micro AS former_micro,
    coalesce(f.tenants, 0) AS tenants, coalesce(f.quantity, 0) AS quantity,
    coalesce(f.gross_before, 0)::bigint AS gross_before,
    coalesce(f.gross_after, 0)::bigint AS gross_after
FROM catalogue_price_draft d
JOIN catalogue_price_list l ON l.id = d.price_list_id
JOIN catalogue_meter m ON m.id = d.meter_id
LEFT JOIN catalogue_cluster c ON c.id = d.cluster_id
LEFT JOIN catalogue_time_band band ON band.price_list_id = l.id AND band.code = d.band
LEFT JOIN catalogue_price_draft_decision e ON e.draft_id = d.id
LEFT JOIN catalogue_price_draft next ON next.id = e.replaced_by_id
LEFT JOIN LATERAL (
    SELECT p.unit_price_micro FROM catalogue_price p
    WHERE p.price_list_id = d.price_list_id AND p.meter_id = d.meter_id AND p.band = d.band
        AND p.cluster_id IS NOT DISTINCT FROM d.cluster_id AND p.kind <> 'royalty'
        AND lower(p.valid) < d.valid_from
    ORDER BY lower(p.valid) DESC, p.correction_no DESC LIMIT 1) AS held ON true
LEFT JOIN LATERAL (
    SELECT count(*) AS tenants, sum(x.quantity) AS quantity, sum(x.gross_before) AS gross_before,
        sum(x.gross_after) AS gross_after
    FROM rating_price_draft_effect x WHERE x.draft_id = d.id) AS f ON true
WHERE (%(public_id)s::uuid IS NULL OR d.public_id = %(public_id)s)
    AND (%(issuer_id)s::bigint IS NULL OR l.issuer_id = %(issuer_id)s)
    AND (%(price_list)s::text IS NULL OR l.code = %(price_list)s)
    AND (%(card_type)s::text IS NULL OR m.code = %(card_type)s)
    AND (%(after)s::uuid IS NULL OR d.id < (
        SELECT id FROM catalogue_price_draft WHERE public_id = %(after)s))
    AND (%(is_open)s::boolean IS NULL OR (e.draft_id IS NULL) = %(is_open)s)
ORDER BY d.id DESC
LIMIT %(limit)s
