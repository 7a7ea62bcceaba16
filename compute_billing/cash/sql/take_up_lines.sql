-- Items of a bank account: its lines as the bank told them, and those that are no tenant's. A line
-- that went out and names a payout has the key of the payout.
WITH line AS (
    SELECT l.id, 'line:' || l.public_id AS reference, l.booked_on,
        CASE WHEN l.match = 'outgoing' THEN -l.amount_fen ELSE l.amount_fen END AS amount,
        CASE WHEN l.match = 'outgoing' THEN (SELECT 'payout:' || o.id FROM payouts_payout o
            WHERE o.id = substring(l.remark FROM 'SJP([0-9]{8,18})')::bigint) END AS payout
    FROM bank_line l JOIN bank_account b ON b.id = l.account_id
    WHERE b.custody = %(custody)s
), item AS (
    SELECT 'told' AS side, reference, coalesce(payout, reference) AS key, booked_on AS day, amount
    FROM line
    UNION ALL
    SELECT 'aside', line.reference, line.reference, (d.decided_at AT TIME ZONE %(zone)s)::date, line.amount
    FROM line JOIN bank_decision d ON d.line_id = line.id AND d.fate = 'aside'
)
INSERT INTO cash_item (account_id, side, reference, key, day, amount_fen, taken_up_at)
SELECT %(account_id)s, item.side, item.reference, item.key, item.day, item.amount, %(now)s
FROM item
WHERE NOT EXISTS (SELECT 1 FROM cash_item i WHERE i.account_id = %(account_id)s
    AND i.side = item.side AND i.reference = item.reference)
RETURNING key, day
