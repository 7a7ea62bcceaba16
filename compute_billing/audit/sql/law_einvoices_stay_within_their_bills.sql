-- For each bill: what the issued blue e-invoices on which it stands say, less what issued red ones
-- take back of them, is never more than the bills on them ask for. A bill that was undone and
-- invoiced anew is so counted once; one that stands beside others is judged with them.
WITH issued AS (
    SELECT e.id, e.total_fen - coalesce((
            SELECT sum(r.total_fen) FROM einvoices_einvoice r
            WHERE r.corrects_id = e.id AND r.colour = 'red' AND r.state = 'issued'
        ), 0) AS total_fen
    FROM einvoices_einvoice e
    WHERE e.colour = 'blue' AND e.state = 'issued'
), beside AS (
    SELECT DISTINCT b.invoice_id, other.invoice_id AS beside_id
    FROM einvoices_bill b
    JOIN issued i ON i.id = b.einvoice_id
    JOIN einvoices_bill other ON other.einvoice_id = b.einvoice_id
), asked AS (
    SELECT n.invoice_id, sum(v.total_fen) AS total_fen
    FROM beside n JOIN invoices_invoice v ON v.id = n.beside_id
    GROUP BY n.invoice_id
), said AS (
    SELECT b.invoice_id, sum(i.total_fen) AS total_fen
    FROM einvoices_bill b JOIN issued i ON i.id = b.einvoice_id
    GROUP BY b.invoice_id
)
SELECT v.public_id::text AS bill, s.total_fen AS invoiced_fen, a.total_fen AS asked_fen
FROM said s
JOIN asked a USING (invoice_id)
JOIN invoices_invoice v ON v.id = s.invoice_id
WHERE s.total_fen > a.total_fen
ORDER BY v.id
LIMIT %(limit)s
