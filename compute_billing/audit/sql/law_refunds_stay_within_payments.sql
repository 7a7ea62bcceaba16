-- Refunds never pass what came in, and the money of one that is on its way is held.
SELECT p.id AS payment_id, NULL::bigint AS refund_id, p.received_fen, sum(r.amount_fen) AS refunded
FROM payments_payment p
JOIN payments_refund r ON r.payment_id = p.id AND r.state IN ('pending', 'succeeded')
GROUP BY p.id
HAVING sum(r.amount_fen) > p.received_fen
UNION ALL
SELECT r.payment_id, r.id, r.amount_fen, coalesce(sum(h.amount), 0)
FROM payments_refund r
LEFT JOIN ledger_lot_reserve h ON h.reference = 'refund:' || r.public_id::text
WHERE r.state = 'pending'
GROUP BY r.id
HAVING coalesce(sum(h.amount), 0) <> r.amount_fen * 10000::numeric
ORDER BY 1, 2
LIMIT %(limit)s
