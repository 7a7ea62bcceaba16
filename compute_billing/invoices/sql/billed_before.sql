-- What the issuer's earlier bills asked this tenant for, by amount and in whole fen, and the net
-- amounts that they were taxed on: one row per tax class, one row when there is none.
WITH bill AS (
    SELECT id, net AS amount, total_fen
    FROM invoices_invoice
    WHERE issuer_id = %(issuer_id)s AND tenant_id = %(tenant_id)s
), asked AS (
    SELECT coalesce(sum(amount), 0)::bigint AS amount_micro,
        coalesce(sum(total_fen), 0)::bigint AS total_fen
    FROM bill
), taxed AS (
    SELECT tax.tax_class, sum(tax.net)::bigint AS net
    FROM bill JOIN invoices_tax tax ON tax.invoice_id = bill.id
    GROUP BY tax.tax_class
)
SELECT asked.amount_micro, asked.total_fen, taxed.tax_class, taxed.net
FROM asked LEFT JOIN taxed ON true
