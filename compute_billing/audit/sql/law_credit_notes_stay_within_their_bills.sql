-- What credit notes take back from a line is counted, and never more than the line billed; each line
-- of a credit note is the sum of what it takes back, of its own key and from an earlier document.
WITH taken AS (
    SELECT corrected_line_id AS line_id, sum(amount) AS amount
    FROM invoices_credit GROUP BY corrected_line_id
), wrong_count AS (
    SELECT line_id, NULL::bigint AS credit_line_id, 'counted otherwise than taken back' AS problem
    FROM invoices_credited c
    FULL JOIN taken t USING (line_id)
    LEFT JOIN invoices_invoice_line l ON l.id = line_id
    WHERE (c.billed, c.credited) IS DISTINCT FROM (l.amount, t.amount)
        OR t.amount > l.amount
), tied AS (
    SELECT credit_line_id, sum(amount) AS amount FROM invoices_credit GROUP BY credit_line_id
), wrong_sum AS (
    SELECT NULL::bigint AS line_id, l.id AS credit_line_id,
        'not the sum of what it takes back' AS problem
    FROM invoices_invoice i
    JOIN invoices_invoice_line l ON l.invoice_id = i.id
    LEFT JOIN tied t ON t.credit_line_id = l.id
    WHERE (i.kind = 'credit_note' AND -l.amount <> coalesce(t.amount, 0))
        OR (i.kind <> 'credit_note' AND t.amount IS NOT NULL)
), wrong_tie AS (
    SELECT c.corrected_line_id AS line_id, c.credit_line_id,
        'taken back from another key, or a later document' AS problem
    FROM invoices_credit c
    JOIN invoices_invoice_line b ON b.id = c.corrected_line_id
    JOIN invoices_invoice_line l ON l.id = c.credit_line_id
    LEFT JOIN packages_change bought ON bought.id = b.package_change_id
    LEFT JOIN packages_change given_back ON given_back.id = l.package_change_id
    WHERE (b.issuer_id, b.tenant_id, b.price_id, b.project_id, b.cluster_id, b.payer_kind,
            bought.order_id)
        IS DISTINCT FROM (l.issuer_id, l.tenant_id, l.price_id, l.project_id, l.cluster_id,
            l.payer_kind, given_back.order_id)
        OR (b.usage_month <> l.usage_month AND bought.order_id IS NULL)
        OR (b.tax_class <> l.tax_class AND bought.order_id IS NOT NULL)
        OR b.invoice_id >= l.invoice_id
)
SELECT * FROM wrong_count UNION ALL SELECT * FROM wrong_sum UNION ALL SELECT * FROM wrong_tie
ORDER BY line_id, credit_line_id
LIMIT %(limit)s
