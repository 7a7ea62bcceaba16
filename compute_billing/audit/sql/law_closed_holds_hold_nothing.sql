SELECT h.id AS hold_id, h.state, p.account_id, p.amount, p.captured, p.released
FROM ledger_hold h JOIN ledger_hold_part p ON p.hold_id = h.id
WHERE h.state <> 'open' AND p.amount <> p.captured + p.released
ORDER BY h.id, p.account_id
LIMIT %(limit)s
