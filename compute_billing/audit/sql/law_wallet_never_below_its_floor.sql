-- A credit limit's floor is the limit below zero; every other account's floor is zero.
SELECT b.account_id, a.kind, b.posted, b.held, b.floor
FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id
WHERE a.kind NOT IN ('fund', 'award')
    AND (b.posted::numeric - b.held < b.floor
        OR b.floor > 0
        OR (b.floor < 0 AND a.kind <> 'credit'))
ORDER BY b.account_id
LIMIT %(limit)s
