SELECT a.id AS account_id, a.kind, a.has_floor, b.account_id IS NOT NULL AS has_balance
FROM ledger_account a LEFT JOIN ledger_balance b ON b.account_id = a.id
WHERE a.has_floor <> (b.account_id IS NOT NULL)
    OR a.has_floor <> (a.kind IN ('paid', 'promotion', 'in_kind', 'credit', 'fund', 'award',
        'package_deferred', 'payee_payable', 'payee_reserve', 'payee_transit'))
ORDER BY a.id
LIMIT %(limit)s
