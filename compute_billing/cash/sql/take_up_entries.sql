-- Items of what Stripe told: each balance transaction, and apart from it the fee in it. What comes
-- back of a refund or a dispute has the key of what went out, so that the two may cancel out.
INSERT INTO cash_item (account_id, side, reference, key, day, amount_fen, taken_up_at)
SELECT e.account_id, 'told', part.reference, part.key,
    (e.told_at AT TIME ZONE %(zone)s)::date, part.amount, %(now)s
FROM cash_entry e
CROSS JOIN LATERAL (VALUES
    (e.told_id, CASE
        WHEN e.source = '' THEN e.type || ':' || e.told_id
        WHEN e.type IN ('charge', 'payment') THEN 'charge:' || e.source
        WHEN e.type IN ('refund', 'payment_refund', 'refund_failure', 'payment_failure_refund')
            THEN 'refund:' || e.source
        WHEN e.source LIKE 'd%%' AND e.type = 'adjustment' THEN 'dispute:' || e.source
        WHEN e.type = 'transfer' THEN 'transfer:' || e.source
        WHEN e.type = 'transfer_refund' THEN 'reversal:' || e.source
        ELSE e.type || ':' || e.told_id END, e.amount_fen),
    (e.told_id || ':fee', 'fee:' || CASE
        WHEN e.source LIKE 'd%%' AND e.type = 'adjustment' THEN e.source
        ELSE e.told_id END, -e.fee_fen)
) AS part (reference, key, amount)
WHERE e.account_id = %(account_id)s AND part.amount <> 0
    AND NOT EXISTS (SELECT 1 FROM cash_item i WHERE i.account_id = e.account_id
        AND i.side = 'told' AND i.reference = part.reference)
RETURNING key, day
