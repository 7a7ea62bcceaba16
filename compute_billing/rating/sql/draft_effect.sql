-- What a draft would have changed in a month, for each tenant, had it held throughout. A charge
-- moves to the draft where rating would have chosen it: contract before class before default, newest
-- list, cluster before general, band before all day; an equal key is the draft's. What moves leaves
-- its price's cumulative amount and joins the draft's: R(T(Q)) of both, exactly as rating rounds.
-- Reversals are charges with a negative quantity, so that what was taken back moves nothing.
INSERT INTO rating_price_draft_effect (draft_id, tenant_id, quantity, gross_before, gross_after)
WITH draft AS MATERIALIZED (
    SELECT d.id, d.price_list_id, d.meter_id, d.cluster_id, d.band, d.unit_price_micro, l.kind,
        l.customer_class, l.tenant_id, l.issuer_id, d.cluster_id IS NULL AS is_general,
        d.band = 'all' AS is_all_day,
        CASE l.kind WHEN 'contract' THEN 1 WHEN 'class' THEN 2 ELSE 3 END AS list_rank
    FROM catalogue_price_draft d JOIN catalogue_price_list l ON l.id = d.price_list_id
    WHERE d.id = %(draft_id)s
), beaten AS MATERIALIZED (
    SELECT p.id AS price_id, p.cluster_id
    FROM draft d
    JOIN catalogue_price p ON p.meter_id = d.meter_id AND p.kind <> 'royalty'
        AND (d.cluster_id IS NULL OR p.cluster_id IS NULL OR p.cluster_id = d.cluster_id)
    JOIN catalogue_price_list l ON l.id = p.price_list_id AND l.issuer_id = d.issuer_id
    WHERE (d.list_rank, -d.price_list_id, d.is_general, d.is_all_day)
        <= (CASE l.kind WHEN 'contract' THEN 1 WHEN 'class' THEN 2 ELSE 3 END,
            -p.price_list_id, p.cluster_id IS NULL, p.band = 'all')
), band_window AS MATERIALIZED (
    SELECT tstzrange(%(starts_at)s, %(ends_at)s) AS seconds FROM draft WHERE is_all_day
    UNION ALL
    SELECT tstzrange((day + b.starts_minute * interval '1 minute') AT TIME ZONE %(time_zone)s,
        (day + b.ends_minute * interval '1 minute') AT TIME ZONE %(time_zone)s)
    FROM draft d
    JOIN catalogue_time_band b ON b.price_list_id = d.price_list_id AND b.code = d.band
    CROSS JOIN LATERAL generate_series(
        date_trunc('day', %(starts_at)s::timestamptz AT TIME ZONE %(time_zone)s),
        %(ends_at)s::timestamptz AT TIME ZONE %(time_zone)s, interval '1 day') AS day
), audience AS MATERIALIZED (
    SELECT c.tenant_id, c.valid
    FROM draft d JOIN catalogue_customer_class_assignment c
        ON d.kind = 'class' AND c.customer_class = d.customer_class
    WHERE c.valid && tstzrange(%(starts_at)s, %(ends_at)s)
    UNION ALL
    SELECT d.tenant_id, tstzrange(NULL, NULL) FROM draft d WHERE d.kind = 'contract'
    UNION ALL
    SELECT o.id, tstzrange(NULL, NULL) FROM draft d CROSS JOIN accounts_organisation o
    WHERE d.kind = 'default' AND o.id > 0
), moved AS (
    SELECT c.tenant_id, c.price_id, sum(
            div((c.quantity - c.quantity_in_kind)::numeric * ms.upto, ms.whole)
            - div((c.quantity - c.quantity_in_kind)::numeric * ms.since, ms.whole)) AS quantity
    FROM draft d
    CROSS JOIN rating_charge c
    JOIN beaten b ON b.price_id = c.price_id
    JOIN audience a ON a.tenant_id = c.tenant_id
        AND a.valid && tstzrange(c.segment_start, c.segment_end)
    JOIN band_window w ON w.seconds && tstzrange(c.segment_start, c.segment_end)
    CROSS JOIN LATERAL (SELECT
        w.seconds * a.valid * tstzrange(c.segment_start, c.segment_end) AS seconds) AS part
    CROSS JOIN LATERAL (SELECT
        (extract(epoch FROM lower(part.seconds) - c.segment_start) * 1000)::bigint AS since,
        (extract(epoch FROM upper(part.seconds) - c.segment_start) * 1000)::bigint AS upto,
        (extract(epoch FROM c.segment_end - c.segment_start) * 1000)::bigint AS whole) AS ms
    LEFT JOIN metering_usage_record u ON d.cluster_id IS NOT NULL AND b.cluster_id IS NULL
        AND u.tenant_id = c.tenant_id AND u.recorded_month = c.recorded_month AND u.id = c.usage_id
    WHERE c.usage_month = %(month)s
        AND c.recorded_month >= %(month)s::date - interval '1 month'
        AND NOT isempty(part.seconds)
        AND (d.cluster_id IS NULL OR coalesce(b.cluster_id, u.cluster_id) = d.cluster_id)
    GROUP BY c.tenant_id, c.price_id
    HAVING sum(c.quantity) <> 0
), counted AS (
    SELECT n.tenant_id, n.amount, coalesce(m.quantity, 0) AS moved, CASE
            WHEN m.quantity IS NULL THEN n.amount
            WHEN p.kind = 'graduated' THEN (
                SELECT div(2 * sum(t.unit_price_micro * greatest(0, least(
                        n.quantity - m.quantity, t.until_quantity) - t.from_quantity))
                        + 3600000000, 7200000000)
                FROM (
                    SELECT unit_price_micro, from_quantity::numeric, lead(from_quantity) OVER (
                        ORDER BY from_quantity)::numeric AS until_quantity
                    FROM catalogue_price_tier WHERE price_id = p.id
                ) t)
            ELSE div(2 * p.unit_price_micro * (n.quantity - m.quantity) + 3600000000, 7200000000)
        END AS amount_left
    FROM rating_counter n
    JOIN catalogue_price p ON p.id = n.price_id
    LEFT JOIN moved m ON m.tenant_id = n.tenant_id AND m.price_id = n.price_id
    WHERE n.month = %(month)s AND n.tenant_id IN (SELECT tenant_id FROM moved)
), summed AS (
    SELECT tenant_id, sum(moved) AS quantity, sum(amount) AS gross_before,
        sum(amount_left) AS gross_left
    FROM counted GROUP BY tenant_id
)
SELECT d.id, s.tenant_id, s.quantity, s.gross_before::bigint, (s.gross_left
    + div(2 * d.unit_price_micro * s.quantity + 3600000000, 7200000000))::bigint
FROM summed s CROSS JOIN draft d
WHERE s.quantity <> 0
