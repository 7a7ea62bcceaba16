-- What bills say of a package: the lines of a change come to its amount, name its parties, cluster
-- and tax class, and no payer of it twice; what was bought or given back by the end of a month that
-- is closed for the tenant stands on a bill.
WITH change AS (
    SELECT g.id, g.order_id, g.amount_micro, g.made_at, o.operator_id, o.tenant_id, o.cluster_id,
        t.tax_class
    FROM packages_change g
    JOIN packages_order o ON o.id = g.order_id
    JOIN packages_term t ON t.id = g.term_id
), billed AS (
    SELECT l.package_change_id AS id, sum(l.amount) AS amount,
        bool_and((l.issuer_id, l.tenant_id, l.cluster_id, l.tax_class) IS NOT DISTINCT FROM
            (c.operator_id, c.tenant_id, c.cluster_id, c.tax_class)) AS is_its_own,
        count(*) > count(DISTINCT l.payer_kind) AS is_twice
    FROM invoices_invoice_line l
    JOIN LATERAL (SELECT * FROM change WHERE change.id = l.package_change_id) c ON true
    WHERE l.package_change_id IS NOT NULL
    GROUP BY l.package_change_id
), closed AS (
    SELECT m.tenant_id, max(b.ends_at) AS ends_at
    FROM invoices_tenant_month m JOIN kernel_billing_month b ON b.month = m.month
    WHERE m.state = 'closed' GROUP BY m.tenant_id
), judged AS (
    SELECT c.id, c.order_id, c.amount_micro, b.amount, CASE
        WHEN b.is_twice THEN 'billed twice'
        WHEN b.amount <> c.amount_micro THEN 'billed at another amount'
        WHEN NOT b.is_its_own THEN 'billed by, to or as another'
        WHEN b.id IS NULL AND c.amount_micro <> 0 AND c.made_at < m.ends_at THEN 'not billed'
    END AS problem
    FROM change c
    LEFT JOIN billed b ON b.id = c.id
    LEFT JOIN closed m ON m.tenant_id = c.tenant_id
)
SELECT id AS change_id, order_id, amount_micro AS amount, amount AS billed, problem
FROM judged WHERE problem IS NOT NULL
ORDER BY id
LIMIT %(limit)s
