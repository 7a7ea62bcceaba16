-- What the lots that are valid at an instant hold now, by stage and unit.
SELECT l.stage, a.unit, sum(b.posted)::bigint AS posted, sum(b.held)::bigint AS held
FROM ledger_credit_lot l
JOIN ledger_account a ON a.id = l.account_id
JOIN ledger_balance b ON b.account_id = l.account_id
WHERE l.tenant_id = %(tenant_id)s AND l.starts_at <= %(at)s
    AND (l.expires_at IS NULL OR l.expires_at > %(at)s)
GROUP BY l.stage, a.unit
ORDER BY l.stage, a.unit
