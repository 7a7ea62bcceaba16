WITH summed AS (
    SELECT statement_id, sum(quantity) AS quantity, sum(gross) AS gross,
        sum(discount) AS discount, sum(programme) AS programme,
        sum(tenant_paid) AS tenant_paid, sum(arrears) AS arrears
    FROM settlement_operator_statement_line GROUP BY statement_id
)
SELECT o.id AS statement_id, NULL::bigint AS invoice_id, 'its lines do not sum to it' AS problem
FROM settlement_operator_statement o LEFT JOIN summed s ON s.statement_id = o.id
WHERE (o.quantity, o.gross, o.discount, o.programme, o.tenant_paid, o.arrears)
    IS DISTINCT FROM (coalesce(s.quantity, 0), coalesce(s.gross, 0)::bigint,
        coalesce(s.discount, 0)::bigint, coalesce(s.programme, 0)::bigint,
        coalesce(s.tenant_paid, 0)::bigint, coalesce(s.arrears, 0)::bigint)
UNION ALL
SELECT l.statement_id, l.invoice_id, 'a line differs from its bill'
FROM settlement_operator_statement_line l
JOIN settlement_operator_statement o ON o.id = l.statement_id
LEFT JOIN invoices_invoice i ON i.id = l.invoice_id
WHERE (i.issuer_id, i.tenant_id, i.period, i.quantity, i.gross, i.discount, i.programme,
        i.tenant_paid, i.arrears)
    IS DISTINCT FROM (o.operator_id, l.tenant_id, o.period, l.quantity, l.gross, l.discount,
        l.programme, l.tenant_paid, l.arrears)
ORDER BY statement_id, invoice_id
LIMIT %(limit)s
