-- A payout on the Connect rail of an approved run has one transfer, written down before it was asked;
-- it has arrived when Stripe has made that transfer, under Stripe's name for it, and came back when
-- Stripe refused it. What was taken back of it is what its reversals took, each asked once unless it
-- was made on Stripe's pages, and booked by the entry that it names.
WITH rail AS (
    SELECT o.*, a.rail FROM payouts_payout o JOIN payouts_account a ON a.id = o.account_id
), taken AS (
    SELECT payout_id, sum(amount_fen) AS fen FROM payouts_reversal WHERE state = 'done'
    GROUP BY payout_id
), problem AS (
    SELECT o.public_id AS payout, 'the transfer and the payout part' AS problem
    FROM rail o LEFT JOIN payouts_connect_call c ON c.payout_id = o.id AND c.kind = 'transfer'
    WHERE (o.rail = 'connect' AND CASE o.state
            WHEN 'held' THEN c.id IS NOT NULL
            WHEN 'sent' THEN c.state IS DISTINCT FROM 'waiting'
            WHEN 'paid' THEN c.state IS DISTINCT FROM 'done' OR c.stripe_object <> o.stripe_transfer
            ELSE c.state IN ('waiting', 'done') END)
        OR (o.rail = 'connect' AND o.state = 'paid' AND o.stripe_transfer = '')
        OR (o.rail <> 'connect' AND (c.id IS NOT NULL OR o.stripe_transfer <> ''))
    UNION ALL
    SELECT o.public_id, 'other money was taken back than its reversals took'
    FROM payouts_payout o LEFT JOIN taken t ON t.payout_id = o.id
    WHERE o.reversed_fen <> coalesce(t.fen, 0)
    UNION ALL
    SELECT o.public_id, 'a reversal and its call part'
    FROM payouts_reversal r JOIN payouts_payout o ON o.id = r.payout_id
    LEFT JOIN payouts_connect_call c ON c.reversal_id = r.id
    WHERE NOT r.is_foreign AND CASE r.state
            WHEN 'asked' THEN c.state IS DISTINCT FROM 'waiting'
            WHEN 'done' THEN c.state IS DISTINCT FROM 'done' OR c.stripe_object <> r.stripe_reversal
            WHEN 'failed' THEN c.state IS DISTINCT FROM 'refused'
            ELSE c.id IS NOT NULL END
    UNION ALL
    SELECT o.public_id, 'a reversal is booked otherwise'
    FROM payouts_reversal r JOIN payouts_payout o ON o.id = r.payout_id
    LEFT JOIN payouts_entry e ON e.id = r.entry_id
    WHERE r.state = 'done' AND (e.kind IS DISTINCT FROM 'reversed' OR e.payout_id <> r.payout_id
        OR e.payable - e.debt <> r.amount_fen * 10000::numeric)
)
SELECT payout, problem FROM problem ORDER BY 1, 2
LIMIT %(limit)s
