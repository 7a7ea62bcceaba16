-- What each operator earned by some bills of a month, and which statement of the month this is.
SELECT invoice.issuer_id AS operator_id,
    1 + coalesce((
        SELECT max(earlier.sequence) FROM settlement_operator_statement earlier
        WHERE earlier.operator_id = invoice.issuer_id AND earlier.period = %(month)s
    ), 0) AS sequence,
    count(DISTINCT invoice.tenant_id) AS tenant_count, sum(invoice.quantity) AS quantity,
    sum(invoice.gross)::bigint AS gross, sum(invoice.discount)::bigint AS discount,
    sum(invoice.programme)::bigint AS programme,
    sum(invoice.tenant_paid)::bigint AS tenant_paid, sum(invoice.arrears)::bigint AS arrears
FROM invoices_invoice invoice
WHERE invoice.id = ANY(%(invoice_ids)s)
GROUP BY invoice.issuer_id
ORDER BY invoice.issuer_id
