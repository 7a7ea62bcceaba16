-- The bills of a statement, by tenant.
SELECT tenant.code AS tenant, tenant.name AS tenant_name, bill.series, bill.number, line.quantity, line.gross, line.discount,
    line.programme, line.tenant_paid, line.arrears
FROM settlement_operator_statement_line line
JOIN invoices_invoice bill ON bill.id = line.invoice_id
JOIN accounts_organisation tenant ON tenant.id = line.tenant_id
WHERE line.statement_id = %(statement_id)s
ORDER BY tenant.code, bill.number
