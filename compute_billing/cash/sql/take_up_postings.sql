-- Items of the books: what each transaction moved through the cash accounts of a custody, on the
-- day on which it was recorded, under the key of what the keeper calls it. A balance is what came
-- in minus what went out, so cash that comes in leaves the cash account.
WITH cash AS (
    SELECT id FROM ledger_account
    WHERE owner_kind = 'operator' AND kind = 'cash' AND subject = %(custody)s AND unit = 'CNY'
), side AS (
    SELECT p.transaction_id, p.amount FROM cash JOIN ledger_posting p ON p.source_account_id = cash.id
    UNION ALL
    SELECT p.transaction_id, -p.amount
    FROM cash JOIN ledger_posting p ON p.destination_account_id = cash.id
), moved AS (
    SELECT transaction_id, div(sum(amount), 10000)::bigint AS amount FROM side GROUP BY transaction_id
), named AS (
    SELECT t.kind, t.reference, t.kind || ':' || t.reference AS item, moved.amount,
        (t.recorded_at AT TIME ZONE %(zone)s)::date AS day,
        CASE WHEN name ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN name::uuid END AS ours
    FROM moved JOIN ledger_transaction t ON t.id = moved.transaction_id
    CROSS JOIN LATERAL (SELECT CASE
        WHEN t.kind = 'top_up' THEN split_part(t.reference, ':', 2)
        ELSE split_part(t.reference, ':', 1) END AS name) word
    WHERE moved.amount <> 0
)
INSERT INTO cash_item (account_id, side, reference, key, day, amount_fen, taken_up_at)
SELECT %(account_id)s, 'booked', n.item, coalesce(
        CASE n.kind
            WHEN 'top_up' THEN CASE WHEN n.reference LIKE 'bank:%%' THEN 'line:' || n.ours
                ELSE 'charge:' || nullif(paid.stripe_charge, '') END
            WHEN 'payment_fee' THEN 'fee:' || coalesce(dispute.stripe_dispute, n.reference)
            WHEN 'refund' THEN 'refund:' || coalesce(nullif(refund.stripe_refund, ''), n.reference)
            WHEN 'refund_returned' THEN 'refund:' || nullif(refund.stripe_refund, '')
            WHEN 'dispute_withdrawn' THEN 'dispute:' || dispute.stripe_dispute
            WHEN 'dispute_returned' THEN 'dispute:' || dispute.stripe_dispute
            WHEN 'cash_difference' THEN resolved.key
            WHEN 'payout_paid' THEN coalesce(
                'transfer:' || nullif(sent.stripe_transfer, ''), 'payout:' || gone.payout_id)
            WHEN 'payout_reversed' THEN 'reversal:' || taken.stripe_reversal
        END, n.item),
    n.day, n.amount, %(now)s
FROM named n
LEFT JOIN payments_payment paid ON n.kind = 'top_up' AND paid.public_id = n.ours
LEFT JOIN payments_refund refund ON n.kind IN ('refund', 'refund_returned')
    AND refund.public_id = n.ours
LEFT JOIN payments_dispute dispute ON n.kind IN ('payment_fee', 'dispute_withdrawn',
        'dispute_returned') AND dispute.public_id = n.ours
-- What came back of a payout has a key of its own: the bank tells it by another line.
LEFT JOIN ledger_transaction step ON n.kind IN ('payout_paid', 'payout_reversed')
    AND step.kind = n.kind AND step.reference = n.reference
LEFT JOIN payouts_entry gone ON gone.transaction_id = step.id
LEFT JOIN payouts_payout sent ON sent.id = gone.payout_id
LEFT JOIN payouts_reversal taken ON n.kind = 'payout_reversed' AND taken.entry_id = gone.id
LEFT JOIN cash_proposal p ON n.kind = 'cash_difference' AND p.public_id = n.ours
LEFT JOIN cash_difference resolved ON resolved.id IN (p.difference_id, p.other_id)
    AND resolved.account_id = %(account_id)s
WHERE NOT EXISTS (SELECT 1 FROM cash_item i WHERE i.account_id = %(account_id)s
    AND i.side = 'booked' AND i.reference = n.item)
RETURNING key, day
