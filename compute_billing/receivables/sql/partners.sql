-- With whom a tenant has an account.
SELECT operator_id FROM ledger_credit_lot WHERE tenant_id = %(tenant_id)s AND stage = 'paid'
UNION
SELECT operator_id FROM ledger_account
WHERE owner_kind = 'tenant' AND owner_id = %(tenant_id)s AND kind = 'arrears'
UNION
SELECT issuer_id FROM invoices_invoice WHERE tenant_id = %(tenant_id)s
ORDER BY 1
