-- How a tenant pays. The credit account's floor is how far it may go below zero.
SELECT w.mode, w.paused_reason, w.net_days, w.low_amount, b.posted AS credit_posted, b.floor AS credit_floor
FROM (SELECT %(tenant_id)s::bigint AS tenant_id) t
LEFT JOIN ledger_wallet w ON w.tenant_id = t.tenant_id
LEFT JOIN ledger_account a ON a.owner_kind = 'tenant' AND a.owner_id = t.tenant_id
    AND a.kind = 'credit'
LEFT JOIN ledger_balance b ON b.account_id = a.id
