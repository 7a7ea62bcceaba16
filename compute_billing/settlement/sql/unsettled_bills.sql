-- The bills of a month that stand on no statement yet, and where their charges were recorded: in the
-- month itself, where a bill is of packages alone and nothing was charged.
SELECT invoice.id, invoice.public_id, invoice.tenant_id,
    coalesce(month.recorded_from, invoice.period) AS recorded_from,
    coalesce(month.recorded_to, invoice.period) AS recorded_to
FROM invoices_invoice invoice
JOIN invoices_tenant_month month
    ON month.tenant_id = invoice.tenant_id AND month.month = invoice.period
WHERE invoice.period = %(month)s AND invoice.tenant_id > 0
    AND NOT EXISTS (
        SELECT FROM settlement_operator_statement_line line WHERE line.invoice_id = invoice.id)
ORDER BY invoice.id
