-- A payout was taken out of what was payable by the entry that it names, arrived or came back by one
-- entry each, as its state says, and its run's file holds it; what was taken back of it is written on it; what is on its way is the payee's transit.
WITH step AS (
    SELECT payout_id, sum(transit) FILTER (WHERE kind = 'held') AS held,
        count(*) FILTER (WHERE kind = 'held') AS helds,
        count(*) FILTER (WHERE kind = 'paid') AS paid,
        count(*) FILTER (WHERE kind IN ('returned', 'bounced')) AS back,
        coalesce(sum(payable - debt) FILTER (WHERE kind = 'reversed'), 0) AS reversed,
        max(sequence) FILTER (WHERE kind = 'held') AS sequence
    FROM payouts_entry WHERE payout_id IS NOT NULL GROUP BY payout_id
)
SELECT o.public_id AS payout, o.state, o.amount_fen, s.held, s.paid, s.back
FROM payouts_payout o JOIN payouts_run r ON r.id = o.run_id
LEFT JOIN step s ON s.payout_id = o.id
WHERE s.helds IS DISTINCT FROM 1 OR s.held <> o.amount_fen * 10000::numeric
    OR s.sequence <> o.through_sequence OR s.reversed <> o.reversed_fen * 10000::numeric
    OR CASE o.state WHEN 'held' THEN s.paid + s.back > 0 OR r.state NOT IN ('making', 'proposed')
        WHEN 'sent' THEN s.paid + s.back > 0 OR r.state <> 'approved'
        WHEN 'paid' THEN s.paid <> 1 OR s.back > 0 OR r.state NOT IN ('approved', 'finished')
        ELSE s.paid > 1 OR s.back <> 1 END
ORDER BY 1
LIMIT %(limit)s
