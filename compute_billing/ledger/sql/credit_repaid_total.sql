-- What ever went from lots to a tenant's credit: it only grows.
SELECT coalesce(sum(p.amount), 0)::bigint AS amount
FROM ledger_account a
JOIN ledger_posting p ON p.destination_account_id = a.id
JOIN ledger_credit_lot lot ON lot.account_id = p.source_account_id
WHERE a.owner_kind = 'tenant' AND a.owner_id = %(tenant_id)s AND a.kind = 'credit'
