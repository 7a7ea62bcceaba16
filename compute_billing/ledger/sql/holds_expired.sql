SELECT id, tenant_id FROM ledger_hold
WHERE state = 'open' AND expires_at <= %(now)s
    AND (%(tenant_id)s::bigint IS NULL OR tenant_id = %(tenant_id)s)
ORDER BY id
LIMIT 1000
