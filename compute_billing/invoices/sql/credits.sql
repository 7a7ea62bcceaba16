-- Which lines of which bills the lines of a credit note take back from.
SELECT credit.position, bill.public_id AS bill, bill.series, bill.number,
    corrected.position AS bill_position, tie.amount, corrected.unit
FROM invoices_credit tie
JOIN invoices_invoice_line credit ON credit.id = tie.credit_line_id
JOIN invoices_invoice_line corrected ON corrected.id = tie.corrected_line_id
JOIN invoices_invoice bill ON bill.id = corrected.invoice_id
WHERE credit.invoice_id = %(invoice_id)s
ORDER BY credit.position, corrected.id
