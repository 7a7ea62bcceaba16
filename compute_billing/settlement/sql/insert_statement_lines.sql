INSERT INTO settlement_operator_statement_line (statement_id, invoice_id, tenant_id, quantity,
    gross, discount, programme, tenant_paid, arrears)
SELECT %(statement_id)s, id, tenant_id, quantity, gross, discount, programme, tenant_paid, arrears
FROM invoices_invoice
WHERE id = ANY(%(invoice_ids)s) AND issuer_id = %(operator_id)s
ORDER BY id
