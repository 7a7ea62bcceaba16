-- Paid lots as `ledger.operations.grant_paid_lot` writes them, for all tenants at once.
WITH wanted AS (
    SELECT tenant_id, lot.*, 'lot-' || lot.name || '-' || tenant_id AS reference
    FROM unnest(%(tenant_ids)s::bigint[]) AS tenant_id
    CROSS JOIN unnest(%(names)s::text[], %(amounts)s::bigint[], %(cluster_ids)s::bigint[],
        %(meter_ids)s::bigint[]) AS lot (name, amount, cluster_id, meter_id)
), account AS (
    INSERT INTO ledger_account (owner_kind, owner_id, kind, subject, unit, has_floor)
    SELECT 'tenant', tenant_id, 'paid', reference, 'CNY', true FROM wanted
    RETURNING id, subject
), head AS (
    INSERT INTO ledger_transaction (kind, reference, occurred_at, recorded_at)
    SELECT 'top_up', reference, %(now)s, %(now)s FROM wanted
    RETURNING id, reference
), filled AS (
    SELECT account.id AS account_id, head.id AS transaction_id, wanted.*
    FROM wanted
    JOIN account ON account.subject = wanted.reference
    JOIN head ON head.reference = wanted.reference
), balance AS (
    INSERT INTO ledger_balance (account_id, posted, held, floor, version)
    SELECT account_id, amount, 0, 0, 1 FROM filled
), posting AS (
    INSERT INTO ledger_posting
        (transaction_id, source_account_id, destination_account_id, unit, amount)
    SELECT transaction_id, %(cash_id)s, account_id, 'CNY', amount FROM filled
)
INSERT INTO ledger_credit_lot (account_id, tenant_id, operator_id, stage, granted, cluster_id, meter_id,
    specificity, starts_at, expires_at, funded_by)
SELECT account_id, tenant_id, %(operator_id)s, 'paid', amount, cluster_id, meter_id,
    CASE WHEN cluster_id IS NULL THEN 0 ELSE 2 END + CASE WHEN meter_id IS NULL THEN 0 ELSE 1 END,
    %(now)s, NULL, 'bank'
FROM filled
