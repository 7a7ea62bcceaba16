-- What stands on a month's statements for each tenant, over all operators.
SELECT organisation.code AS tenant, sum(line.quantity) AS quantity,
    sum(line.gross)::bigint AS gross, sum(line.discount)::bigint AS discount,
    sum(line.programme)::bigint AS programme, sum(line.tenant_paid)::bigint AS tenant_paid,
    sum(line.arrears)::bigint AS arrears
FROM settlement_operator_statement statement
JOIN settlement_operator_statement_line line ON line.statement_id = statement.id
JOIN accounts_organisation organisation ON organisation.id = line.tenant_id
WHERE statement.period = %(month)s
GROUP BY organisation.code
ORDER BY organisation.code
