-- The tenant's price of every instant: cut time where the billing month, the price, a time band or
-- the validity of one of the tenant's lots and awards changes, then choose for each piece contract
-- before class before default, newest list, cluster before general, band before all day, newest
-- correction. Only the lists of the cluster's operator count.
INSERT INTO rating_span
WITH need AS MATERIALIZED (
    SELECT meter_id, cluster_id, min(started_at) AS starts_at, max(ended_at) AS ends_at
    FROM rating_usage GROUP BY meter_id, cluster_id
), offer AS MATERIALIZED (
    SELECT n.meter_id, n.cluster_id, p.id AS price_id, p.band, p.price_list_id,
        p.valid * tstzrange(n.starts_at, n.ends_at)
            * coalesce(c.valid, tstzrange(NULL, NULL)) AS valid,
        CASE l.kind WHEN 'contract' THEN 1 WHEN 'class' THEN 2 ELSE 3 END AS list_rank,
        p.cluster_id IS NULL AS is_general, p.band = 'all' AS is_all_day, p.correction_no
    FROM need n
    JOIN catalogue_cluster k ON k.id = n.cluster_id
    JOIN catalogue_compute_centre e ON e.id = k.centre_id
    JOIN catalogue_price p ON p.meter_id = n.meter_id AND p.kind <> 'royalty'
        AND (p.cluster_id IS NULL OR p.cluster_id = n.cluster_id)
        AND p.valid && tstzrange(n.starts_at, n.ends_at)
    JOIN catalogue_price_list l ON l.id = p.price_list_id AND l.issuer_id = e.operator_id
    LEFT JOIN catalogue_customer_class_assignment c
        ON l.kind = 'class' AND c.tenant_id = %(tenant_id)s
        AND c.customer_class = l.customer_class AND c.valid && p.valid
    WHERE l.kind = 'default' OR c.id IS NOT NULL
        OR (l.kind = 'contract' AND l.tenant_id = %(tenant_id)s)
), daily AS (
    SELECT o.*, tstzrange(
            (day + b.starts_minute * interval '1 minute') AT TIME ZONE %(time_zone)s,
            (day + b.ends_minute * interval '1 minute') AT TIME ZONE %(time_zone)s) AS band_window
    FROM offer o
    JOIN catalogue_time_band b ON b.price_list_id = o.price_list_id AND b.code = o.band
    CROSS JOIN LATERAL generate_series(
        date_trunc('day', lower(o.valid) AT TIME ZONE %(time_zone)s),
        upper(o.valid) AT TIME ZONE %(time_zone)s, interval '1 day') AS day
    WHERE NOT isempty(o.valid)
), offered AS MATERIALIZED (
    SELECT meter_id, cluster_id, price_id, price_list_id, valid, list_rank, is_general, is_all_day,
        correction_no
    FROM offer WHERE is_all_day AND NOT isempty(valid)
    UNION ALL
    SELECT meter_id, cluster_id, price_id, price_list_id, valid * band_window, list_rank,
        is_general, is_all_day, correction_no
    FROM daily WHERE valid && band_window
), tenant_border AS (
    SELECT starts_at AS at FROM ledger_credit_lot
        WHERE tenant_id = %(tenant_id)s AND stage <> 'paid'
    UNION SELECT expires_at FROM ledger_credit_lot
        WHERE tenant_id = %(tenant_id)s AND expires_at IS NOT NULL
    UNION SELECT starts_at FROM subsidies_award WHERE tenant_id = %(tenant_id)s
    UNION SELECT ends_at FROM subsidies_award WHERE tenant_id = %(tenant_id)s
    UNION SELECT starts_at FROM kernel_billing_month
), border AS (
    SELECT meter_id, cluster_id, lower(valid) AS at FROM offered
    UNION SELECT meter_id, cluster_id, upper(valid) FROM offered
    UNION SELECT n.meter_id, n.cluster_id, t.at FROM need n
        JOIN tenant_border t ON t.at > n.starts_at AND t.at < n.ends_at
), span AS (
    SELECT meter_id, cluster_id, at AS starts_at,
        lead(at) OVER (PARTITION BY meter_id, cluster_id ORDER BY at) AS ends_at
    FROM border
)
SELECT DISTINCT ON (s.meter_id, s.cluster_id, s.starts_at)
    s.meter_id, s.cluster_id, s.starts_at, s.ends_at, m.month, o.price_id
FROM span s
JOIN offered o ON o.meter_id = s.meter_id AND o.cluster_id = s.cluster_id
    AND o.valid @> tstzrange(s.starts_at, s.ends_at)
JOIN kernel_billing_month m ON m.starts_at <= s.starts_at AND s.starts_at < m.ends_at
WHERE s.ends_at IS NOT NULL
ORDER BY s.meter_id, s.cluster_id, s.starts_at, o.list_rank, o.price_list_id DESC, o.is_general,
    o.is_all_day, o.correction_no DESC, o.price_id
