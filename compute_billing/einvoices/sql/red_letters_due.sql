-- Credit notes over bills that have an issued e-invoice, and no red letter on its way: a red letter
-- is due. Of a line at least half a fen must be taken back, or there is nothing to print.
SELECT blue.public_id AS blue, blue.number AS blue_number, note.public_id AS credit_note,
    note.series || '-' || lpad(note.number::text, 6, '0') AS credit_note_number,
    note.issued_at, tenant.name AS tenant, blue.tenant_id, sum(credit.amount)::bigint AS net
FROM einvoices_einvoice blue
JOIN einvoices_line line ON line.einvoice_id = blue.id
JOIN einvoices_line_part part ON part.line_id = line.id
JOIN invoices_credit credit ON credit.corrected_line_id = part.invoice_line_id
JOIN invoices_invoice_line taken ON taken.id = credit.credit_line_id
JOIN invoices_invoice note ON note.id = taken.invoice_id
JOIN accounts_organisation tenant ON tenant.id = blue.tenant_id
WHERE blue.colour = 'blue' AND blue.state = 'issued'
    AND (%(issuer_ids)s::bigint[] IS NULL OR blue.issuer_id = ANY(%(issuer_ids)s))
    AND (%(tenant_ids)s::bigint[] IS NULL OR blue.tenant_id = ANY(%(tenant_ids)s))
    AND (%(invoice_id)s::bigint IS NULL OR note.id = %(invoice_id)s)
    AND NOT EXISTS (
        SELECT FROM einvoices_einvoice red
        WHERE red.corrects_id = blue.id AND red.state IN ('requested', 'exported', 'issued')
            -- One without a credit note has taken back all that was left.
            AND (red.credit_note_id = note.id OR red.credit_note_id IS NULL)
    )
GROUP BY blue.id, note.id, tenant.id
HAVING sum(credit.amount) >= 5000
ORDER BY note.issued_at, blue.id
LIMIT %(limit)s
