-- What is left of the paid lots that buy an operator's compute, in micro-yuan.
SELECT coalesce(sum(b.posted - b.held), 0)::bigint AS amount
FROM ledger_credit_lot l JOIN ledger_balance b ON b.account_id = l.account_id
WHERE l.tenant_id = %(tenant_id)s AND l.operator_id = %(operator_id)s AND l.stage = 'paid'
