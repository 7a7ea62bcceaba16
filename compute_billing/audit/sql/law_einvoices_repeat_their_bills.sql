-- A blue e-invoice comes to what its bills ask for, and its lines, amounts and taxes add up to it to
-- the fen; a bill has at most one that is live, and only live ones hold their bills.
WITH billed AS (
    SELECT b.einvoice_id, sum(i.total_fen) AS total_fen, count(*) FILTER (
            WHERE i.kind <> 'bill' OR (i.issuer_id, i.tenant_id) <> (e.issuer_id, e.tenant_id)
        ) AS strangers,
        bool_or(b.ended_at IS NULL) AS holds
    FROM einvoices_bill b
    JOIN invoices_invoice i ON i.id = b.invoice_id
    JOIN einvoices_einvoice e ON e.id = b.einvoice_id
    GROUP BY b.einvoice_id
), listed AS (
    SELECT einvoice_id, sum(amount_fen) AS amount_fen, sum(tax_fen) AS tax_fen,
        sum(total_fen) AS total_fen
    FROM einvoices_line GROUP BY einvoice_id
), undone AS (
    SELECT DISTINCT corrects_id AS einvoice_id FROM einvoices_einvoice
    WHERE colour = 'red' AND state = 'issued' AND credit_note_id IS NULL
), judged AS (
    SELECT e.id, e.public_id, CASE
        WHEN (l.amount_fen, l.tax_fen, l.total_fen)
            IS DISTINCT FROM (e.amount_fen, e.tax_fen, e.total_fen) THEN 'lines differ'
        WHEN e.colour = 'blue' AND (b.total_fen IS DISTINCT FROM e.total_fen OR b.strangers > 0)
            THEN 'bills differ'
        WHEN e.colour = 'blue' AND b.holds <> (
                e.state IN ('requested', 'exported', 'issued') AND u.einvoice_id IS NULL
            ) THEN 'holds its bills otherwise than it lives'
    END AS problem
    FROM einvoices_einvoice e
    LEFT JOIN billed b ON b.einvoice_id = e.id
    LEFT JOIN listed l ON l.einvoice_id = e.id
    LEFT JOIN undone u ON u.einvoice_id = e.id
), twice AS (
    SELECT NULL::bigint AS id, i.public_id, 'has two live e-invoices' AS problem
    FROM einvoices_bill b JOIN invoices_invoice i ON i.id = b.invoice_id
    WHERE b.ended_at IS NULL GROUP BY i.public_id HAVING count(*) > 1
)
SELECT id AS einvoice_id, public_id::text AS public_id, problem FROM judged
WHERE problem IS NOT NULL
UNION ALL
SELECT id, public_id::text, problem FROM twice
ORDER BY 1, 2
LIMIT %(limit)s
