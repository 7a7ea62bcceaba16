-- How far each tenant's month is: what of it waits to be rated or for a person, whether it is
-- closed, and how many of its bills stand on a statement.
WITH border AS (
    SELECT starts_at, ends_at FROM kernel_billing_month WHERE month = %(month)s
), waits AS (
    SELECT pending.tenant_id,
        count(*) FILTER (WHERE pending.parked_reason = '') AS waiting,
        count(*) FILTER (WHERE pending.parked_reason <> '') AS parked,
        array_agg(DISTINCT pending.parked_reason) FILTER (WHERE pending.parked_reason <> '')
            AS reasons
    FROM metering_usage_pending pending
    JOIN metering_usage_record usage
        ON usage.tenant_id = pending.tenant_id
        AND usage.recorded_month = pending.recorded_month
        AND usage.id = pending.usage_id
    CROSS JOIN border
    WHERE usage.started_at < border.ends_at AND usage.ended_at > border.starts_at
    GROUP BY pending.tenant_id
), bills AS (
    SELECT invoice.tenant_id, count(*) AS bills, count(line.id) AS settled,
        max(statement.issued_at) AS settled_at
    FROM invoices_invoice invoice
    LEFT JOIN settlement_operator_statement_line line ON line.invoice_id = invoice.id
    LEFT JOIN settlement_operator_statement statement ON statement.id = line.statement_id
    WHERE invoice.period = %(month)s
    GROUP BY invoice.tenant_id
), known AS (
    SELECT tenant_id FROM invoices_tenant_month WHERE month = %(month)s
    UNION
    SELECT tenant_id FROM waits
)
SELECT organisation.code, organisation.name,
    coalesce(month.state = 'closed', false) AS is_closed,
    coalesce(month.parked_reason, '') AS refusal, month.closed_at, month.gross,
    coalesce(waits.waiting, 0) AS waiting, coalesce(waits.parked, 0) AS parked,
    coalesce(waits.reasons, '{}') AS reasons,
    coalesce(bills.bills, 0) AS bills, coalesce(bills.settled, 0) AS settled, bills.settled_at
FROM known
JOIN accounts_organisation organisation ON organisation.id = known.tenant_id AND organisation.id > 0
LEFT JOIN invoices_tenant_month month
    ON month.tenant_id = known.tenant_id AND month.month = %(month)s
LEFT JOIN waits ON waits.tenant_id = known.tenant_id
LEFT JOIN bills ON bills.tenant_id = known.tenant_id
ORDER BY organisation.code
