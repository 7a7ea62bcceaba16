-- What is owed back is the sum of its lines and of its parts; what settled a part are its receipts,
-- a claim keeps back what its receipts say, and a share's counter knows what was taken back.
(SELECT c.id AS clawback_id, NULL::bigint AS claim_id, c.amount::numeric AS found,
    coalesce(l.amount, 0) AS wanted
FROM settlement_clawback c
LEFT JOIN (SELECT clawback_id, sum(amount) AS amount FROM settlement_clawback_line
    GROUP BY clawback_id) l ON l.clawback_id = c.id
LEFT JOIN (SELECT clawback_id, sum(amount) AS amount FROM settlement_clawback_part
    GROUP BY clawback_id) p ON p.clawback_id = c.id
WHERE c.amount <> coalesce(l.amount, 0) OR c.amount <> coalesce(p.amount, 0)
    OR (c.state <> 'approved' AND c.amount <> 0)
ORDER BY c.id LIMIT %(limit)s)
UNION ALL
(SELECT p.clawback_id, NULL, p.settled, coalesce(sum(r.amount), 0)
FROM settlement_clawback_part p LEFT JOIN settlement_clawback_receipt r ON r.part_id = p.id
GROUP BY p.id HAVING p.settled <> coalesce(sum(r.amount), 0)
LIMIT %(limit)s)
UNION ALL
(SELECT NULL, c.id, c.netted, coalesce(sum(r.amount), 0)
FROM settlement_claim c LEFT JOIN settlement_clawback_receipt r ON r.claim_id = c.id
GROUP BY c.id HAVING c.netted <> coalesce(sum(r.amount), 0)
LIMIT %(limit)s)
UNION ALL
(SELECT NULL, NULL, k.clawed_back, coalesce(sum(b.amount), 0)
FROM subsidies_award a JOIN subsidies_award_counter k ON k.award_id = a.id
LEFT JOIN settlement_clawback b ON b.award_id = a.id AND b.state = 'approved'
WHERE a.is_share
GROUP BY k.award_id HAVING k.clawed_back <> coalesce(sum(b.amount), 0)
LIMIT %(limit)s)
LIMIT %(limit)s
