-- The settled months of some tenants (null: of all), newest first.
SELECT statement.period AS month, count(DISTINCT statement.id) AS statements,
    max(statement.issued_at) AS issued_at,
    array_agg(DISTINCT operator.name ORDER BY operator.name) AS operators
FROM settlement_operator_statement statement
JOIN accounts_organisation operator ON operator.id = statement.operator_id
WHERE %(tenant_ids)s::bigint[] IS NULL OR EXISTS (
    SELECT FROM settlement_operator_statement_line line
    WHERE line.statement_id = statement.id AND line.tenant_id = ANY(%(tenant_ids)s))
GROUP BY statement.period
ORDER BY statement.period DESC
LIMIT %(limit)s
