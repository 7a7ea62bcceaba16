SELECT DISTINCT invoice.period AS month
FROM invoices_invoice invoice
WHERE invoice.tenant_id > 0 AND NOT EXISTS (
    SELECT FROM settlement_operator_statement_line line WHERE line.invoice_id = invoice.id)
ORDER BY month
