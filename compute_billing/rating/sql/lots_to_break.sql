-- What is left of lots that expired before an instant, less what is held of them. Use of their time
-- may pay from them as long as it waits to be rated or one of its months is open. `before` is what was
-- booked out of the lot already: a correction may have brought something back since.
SELECT l.tenant_id, l.account_id, l.operator_id, l.stage, a.unit, b.posted - b.held AS amount,
    (SELECT coalesce(sum(p.amount), 0)::bigint FROM ledger_posting p
        JOIN ledger_transaction t ON t.id = p.transaction_id AND t.kind = 'breakage'
        WHERE p.source_account_id = l.account_id) AS before
FROM ledger_credit_lot l
JOIN ledger_account a ON a.id = l.account_id
JOIN ledger_balance b ON b.account_id = l.account_id AND b.posted > b.held
WHERE l.expires_at <= %(expired_by)s
    AND (%(tenant_id)s::bigint IS NULL OR l.tenant_id = %(tenant_id)s)
    AND NOT EXISTS (
        SELECT FROM invoices_tenant_month m JOIN kernel_billing_month k ON k.month = m.month
        WHERE m.tenant_id = l.tenant_id AND m.state = 'open' AND k.starts_at < l.expires_at)
    AND NOT EXISTS (
        SELECT FROM metering_usage_pending w
        JOIN metering_usage_record u ON u.tenant_id = w.tenant_id
            AND u.recorded_month = w.recorded_month AND u.id = w.usage_id
        WHERE w.tenant_id = l.tenant_id AND u.started_at < l.expires_at)
ORDER BY l.tenant_id, l.account_id
LIMIT %(limit)s
