-- Who owes something in the real world, a page of them: credit that is used, or arrears that are not
-- cleared.
SELECT owner_id AS tenant_id FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
WHERE a.owner_kind = 'tenant' AND a.kind = 'credit' AND b.posted < 0
    AND a.owner_id > greatest(0, %(after_id)s)
UNION
SELECT a.owner_id FROM ledger_account a
WHERE a.owner_kind = 'tenant' AND a.kind = 'arrears' AND a.owner_id > greatest(0, %(after_id)s)
    AND (SELECT coalesce(sum(amount), 0) FROM ledger_posting WHERE source_account_id = a.id)
        > (SELECT coalesce(sum(amount), 0) FROM ledger_posting WHERE destination_account_id = a.id)
ORDER BY 1
LIMIT %(limit)s
