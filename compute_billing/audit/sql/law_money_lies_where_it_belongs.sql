-- Cash says where it lies; money paid for licences is of a unit of its own, lies in a custody of its
-- own, and no posting takes it to or from a wallet, a lot or the cash of prepayments.
SELECT a.id AS account_id, NULL::bigint AS posting_id, 'cash that does not say where it lies' AS problem
FROM ledger_account a
WHERE a.kind IN ('cash', 'licence_custody') AND a.subject IN ('', 'licence:')
UNION ALL
SELECT a.id, NULL, 'licence money in another unit'
FROM ledger_account a
WHERE (a.kind IN ('licence_custody', 'licence_owed')) <> (a.unit = 'CNY:licence')
UNION ALL
SELECT l.id, NULL, 'licence money lies where prepayments lie'
FROM ledger_account l JOIN ledger_account c ON c.kind = 'cash'
    AND 'licence:' || c.subject = l.subject
WHERE l.kind = 'licence_custody'
UNION ALL
SELECT NULL, p.id, 'licence money and other money meet'
FROM ledger_posting p
JOIN ledger_account s ON s.id = p.source_account_id
JOIN ledger_account d ON d.id = p.destination_account_id
WHERE (s.kind IN ('licence_custody', 'licence_owed'))
    <> (d.kind IN ('licence_custody', 'licence_owed'))
ORDER BY 1, 2, 3
LIMIT %(limit)s
