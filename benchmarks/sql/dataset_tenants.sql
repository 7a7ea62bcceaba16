WITH made AS (
    INSERT INTO accounts_organisation (public_id, code, name, kind, created_at)
    SELECT gen_random_uuid(), 'tenant-' || n, 'Tenant ' || n, 'enterprise', %(now)s
    FROM generate_series(1, %(tenants)s) n
    RETURNING id
), wallet AS (
    INSERT INTO ledger_wallet (tenant_id, mode, paused_reason)
    SELECT id, 'prepaid', '' FROM made
)
SELECT id FROM made ORDER BY id
