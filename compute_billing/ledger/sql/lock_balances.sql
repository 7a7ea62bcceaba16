SELECT b.account_id, a.unit, b.posted - b.held - b.floor AS available
FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id
WHERE b.account_id = ANY(%(account_ids)s::bigint[])
ORDER BY b.account_id
FOR UPDATE OF b
