WITH numbered AS (
    SELECT issuer_id, series, count(DISTINCT number) AS numbers, count(*) AS invoices,
        min(number) AS first, max(number) AS last
    FROM invoices_invoice GROUP BY issuer_id, series
)
SELECT issuer_id, series, s.last_number, n.first, n.last, n.invoices
FROM invoices_series s FULL JOIN numbered n USING (issuer_id, series)
WHERE coalesce(s.last_number, 0) <> coalesce(n.invoices, 0)
    OR (n.invoices IS NOT NULL AND (n.first, n.last, n.numbers)
        IS DISTINCT FROM (1::bigint, s.last_number, n.invoices))
ORDER BY issuer_id, series
LIMIT %(limit)s
