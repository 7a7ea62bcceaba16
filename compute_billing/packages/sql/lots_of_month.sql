-- What a term's lots of a month have left, those that are burned last first.
SELECT DISTINCT l.account_id, b.posted - b.held AS available, l.granted
FROM packages_piece p
JOIN packages_change c ON c.id = p.change_id
JOIN ledger_credit_lot l ON l.account_id = p.account_id
JOIN ledger_balance b ON b.account_id = l.account_id
WHERE c.term_id = %(term_id)s AND p.month = %(month)s AND p.quantity > 0
ORDER BY l.granted DESC, l.account_id DESC
