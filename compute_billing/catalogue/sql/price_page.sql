-- The prices that are valid for a tenant at an instant, of every list that is open to it; the newest
-- correction stands for what it corrects. Which of them a use is charged with: price_at.sql.
WITH open_list AS (
    SELECT l.id, l.code, l.kind, l.customer_class, l.tax_included, issuer.code AS issuer
    FROM catalogue_price_list l
    JOIN accounts_organisation issuer ON issuer.id = l.issuer_id
    WHERE (l.id < 0) = (%(tenant_id)s < 0) AND (l.kind = 'default'
        OR (l.kind = 'contract' AND l.tenant_id = %(tenant_id)s)
        OR (l.kind = 'class' AND EXISTS (
            SELECT FROM catalogue_customer_class_assignment c
            WHERE c.tenant_id = %(tenant_id)s AND c.customer_class = l.customer_class
                AND c.valid @> %(at)s::timestamptz)))
), valid AS (
    SELECT DISTINCT ON (l.code, m.code, coalesce(k.code, ''), p.band)
        p.id, l.code AS price_list, l.kind AS list_kind, l.customer_class, l.issuer,
        l.tax_included, m.code AS card_type, coalesce(k.code, '') AS cluster, p.band,
        b.starts_minute, b.ends_minute, p.correction_no, lower(p.valid) AS valid_from,
        upper(p.valid) AS valid_until, p.unit_price_micro, p.before_tax_micro,
        p.tax_class
    FROM open_list l
    JOIN catalogue_price p ON p.price_list_id = l.id
    JOIN catalogue_meter m ON m.id = p.meter_id
    LEFT JOIN catalogue_cluster k ON k.id = p.cluster_id
    LEFT JOIN catalogue_time_band b ON b.price_list_id = l.id AND b.code = p.band
    WHERE p.kind <> 'royalty' AND p.valid @> %(at)s::timestamptz
        AND (%(card_type)s::text IS NULL OR m.code = %(card_type)s)
        AND (%(price_list)s::text IS NULL OR l.code = %(price_list)s)
    ORDER BY l.code, m.code, coalesce(k.code, ''), p.band, p.correction_no DESC
)
SELECT v.*, ARRAY(
    SELECT ARRAY[t.from_quantity, t.unit_price_micro] FROM catalogue_price_tier t
    WHERE t.price_id = v.id ORDER BY t.from_quantity) AS tiers
FROM valid v
WHERE %(after_list)s::text IS NULL OR (v.price_list, v.card_type, v.cluster, v.band)
    > (%(after_list)s::text, %(after_card_type)s::text, %(after_cluster)s::text,
        %(after_band)s::text)
ORDER BY v.price_list, v.card_type, v.cluster, v.band
LIMIT %(limit)s
