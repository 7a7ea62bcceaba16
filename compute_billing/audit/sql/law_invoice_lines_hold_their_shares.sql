-- Of use alone: what packages came to is a law of its own. By price for every closed month, from the sums; by project, cluster and payer for the months in
-- scope. Lines from before lines named their cluster (0 here) hold the shares of all.
WITH line AS (
    SELECT * FROM invoices_invoice_line WHERE package_change_id IS NULL
), by_price AS (
    SELECT tenant_id, booked_month, usage_month, price_id,
        coalesce(sum(amount) FILTER (WHERE payer_kind = 'promotion'), 0) AS discount,
        coalesce(sum(amount) FILTER (WHERE payer_kind = 'award'), 0) AS programme,
        coalesce(sum(amount) FILTER (WHERE payer_kind IN ('paid', 'credit', 'arrears')), 0)
            AS tenant,
        coalesce(sum(quantity) FILTER (WHERE unit = 'CNY'), 0) AS priced,
        coalesce(sum(quantity) FILTER (WHERE unit <> 'CNY'), 0) AS in_kind
    FROM line GROUP BY tenant_id, booked_month, usage_month, price_id
), charged AS (
    SELECT c.tenant_id, c.booked_month, c.usage_month, c.price_id,
        sum(c.discount) AS discount, sum(c.programme) AS programme, sum(c.tenant) AS tenant,
        sum(c.priced) AS priced, sum(c.in_kind) AS in_kind
    FROM verify_charged c
    JOIN verify_closed m ON m.tenant_id = c.tenant_id AND m.month = c.booked_month
    GROUP BY c.tenant_id, c.booked_month, c.usage_month, c.price_id
), wrong_price AS (
    SELECT tenant_id, booked_month, usage_month, price_id, 0::bigint AS project_id,
        0::bigint AS cluster_id,
        'lines and charges of the price' AS measure,
        l.discount + l.programme + l.tenant AS on_lines, c.discount + c.programme + c.tenant AS booked
    FROM by_price l FULL JOIN charged c USING (tenant_id, booked_month, usage_month, price_id)
    WHERE (coalesce(l.discount, 0), coalesce(l.programme, 0), coalesce(l.tenant, 0),
            coalesce(l.priced, 0), coalesce(l.in_kind, 0))
        <> (coalesce(c.discount, 0), coalesce(c.programme, 0), coalesce(c.tenant, 0),
            coalesce(c.priced, 0), coalesce(c.in_kind, 0))
), month_in_scope AS (
    SELECT DISTINCT c.tenant_id, c.booked_month
    FROM verify_charged c
    JOIN verify_scope s USING (tenant_id, recorded_month)
    JOIN verify_closed m ON m.tenant_id = c.tenant_id AND m.month = c.booked_month
), nameless AS (
    SELECT DISTINCT tenant_id, booked_month FROM line WHERE cluster_id IS NULL
), place AS (
    SELECT DISTINCT c.tenant_id, c.recorded_month, c.booked_month
    FROM month_in_scope JOIN verify_charged c USING (tenant_id, booked_month)
), charge AS (
    SELECT c.tenant_id, c.recorded_month, c.id, c.booked_month, c.usage_month, c.price_id,
        coalesce(c.project_id, 0) AS project_id, p.issuer_id,
        CASE WHEN n.tenant_id IS NULL THEN c.cluster_id ELSE 0 END AS cluster_id,
        c.quantity - c.quantity_in_kind AS priced, c.quantity_in_kind
    FROM place JOIN rating_charge c USING (tenant_id, recorded_month, booked_month)
    JOIN catalogue_price r ON r.id = c.price_id
    JOIN catalogue_price_list p ON p.id = r.price_list_id
    LEFT JOIN nameless n ON n.tenant_id = c.tenant_id AND n.booked_month = c.booked_month
), booked AS (
    SELECT c.issuer_id, c.tenant_id, c.booked_month, c.usage_month, c.price_id, c.project_id,
        c.cluster_id, s.payer_kind AS measure, sum(s.amount) AS amount
    FROM charge c
    JOIN rating_charge_share s ON s.tenant_id = c.tenant_id
        AND s.recorded_month = c.recorded_month AND s.charge_id = c.id
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
    UNION ALL
    SELECT c.issuer_id, c.tenant_id, c.booked_month, c.usage_month, c.price_id, c.project_id,
        c.cluster_id, measured.name, sum(measured.quantity)
    FROM charge c CROSS JOIN LATERAL (VALUES ('quantity', c.priced),
        ('quantity in kind', c.quantity_in_kind)) AS measured (name, quantity)
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
), billed AS (
    SELECT l.issuer_id, l.tenant_id, l.booked_month, l.usage_month, l.price_id,
        coalesce(l.project_id, 0) AS project_id, coalesce(l.cluster_id, 0) AS cluster_id,
        measured.name AS measure,
        sum(measured.amount) AS amount
    FROM month_in_scope JOIN line l USING (tenant_id, booked_month)
    CROSS JOIN LATERAL (VALUES (l.payer_kind::text, l.amount::numeric),
        (CASE WHEN l.unit = 'CNY' THEN 'quantity' ELSE 'quantity in kind' END, l.quantity))
        AS measured (name, amount)
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
), wrong_key AS (
    SELECT tenant_id, booked_month, usage_month, price_id, project_id, cluster_id, measure,
        l.amount AS on_lines, b.amount AS booked
    FROM billed l FULL JOIN booked b
        USING (issuer_id, tenant_id, booked_month, usage_month, price_id, project_id,
            cluster_id, measure)
    WHERE coalesce(l.amount, 0) <> coalesce(b.amount, 0)
)
SELECT * FROM wrong_price UNION ALL SELECT * FROM wrong_key
ORDER BY tenant_id, booked_month, price_id
LIMIT %(limit)s
