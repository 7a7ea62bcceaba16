-- The tax of a bill is the sum of its classes; within a class, the cumulative difference of the
-- rounded tax: R(tax of all net so far) less what was taxed before. A class is named by its rate.
WITH taxed AS (
    SELECT t.*, i.issuer_id, i.tenant_id,
        sum(t.net::numeric) OVER earlier AS net_so_far,
        sum(t.net::numeric) OVER earlier - t.net AS net_before,
        substring(t.tax_class FROM '^vat_([0-9]+)$')::numeric AS rate
    FROM invoices_tax t JOIN invoices_invoice i ON i.id = t.invoice_id
    WINDOW earlier AS (
        PARTITION BY i.issuer_id, i.tenant_id, t.tax_class ORDER BY i.id)
), rounded AS (
    SELECT taxed.*, base,
        sign(net_so_far) * div(2 * abs(net_so_far) * rate + base, 2 * base)
        - sign(net_before) * div(2 * abs(net_before) * rate + base, 2 * base) AS expected
    FROM taxed
    CROSS JOIN LATERAL (SELECT 100 + rate AS base) divisor
), summed AS (
    SELECT invoice_id, sum(net) AS net, sum(tax) AS tax,
        bool_and(tax = expected) AS is_exact
    FROM rounded GROUP BY invoice_id
)
SELECT i.id AS invoice_id, i.tax, s.tax AS sum_of_classes
FROM invoices_invoice i LEFT JOIN summed s ON s.invoice_id = i.id
WHERE (i.net, i.tax) IS DISTINCT FROM
        (coalesce(s.net, 0)::bigint, coalesce(s.tax, 0)::bigint)
    OR s.is_exact IS FALSE
ORDER BY i.id
LIMIT %(limit)s
