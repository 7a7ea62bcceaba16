-- On which accounts a hold lies, and what of each part was used and let go.
SELECT a.kind AS stage, a.subject AS reference, a.unit, p.amount, p.captured, p.released
FROM ledger_hold_part p
JOIN ledger_hold h ON h.id = p.hold_id
JOIN ledger_account a ON a.id = p.account_id
WHERE h.public_id = %(public_id)s
ORDER BY p.position
