-- How much a credit note takes back of each line of a blue e-invoice, in micro-yuan with tax.
SELECT part.line_id, sum(credit.amount) AS net
FROM einvoices_line line
JOIN einvoices_line_part part ON part.line_id = line.id
JOIN invoices_credit credit ON credit.corrected_line_id = part.invoice_line_id
JOIN invoices_invoice_line taken ON taken.id = credit.credit_line_id
WHERE line.einvoice_id = %(einvoice_id)s AND taken.invoice_id = %(invoice_id)s
GROUP BY part.line_id
