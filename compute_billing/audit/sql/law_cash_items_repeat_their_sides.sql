-- What was taken up of either side is what it says: Stripe's entries and the bank's lines on one,
-- postings on the other. Of days before the last one every posting was taken up (by UTC, before the
-- day before it: a local day begins up to 14 hours earlier); what an officer paired comes to nothing;
-- and a key whose sides part is listed as a difference.
WITH told AS (
    SELECT e.account_id, e.told_id AS reference, e.amount_fen AS amount FROM cash_entry e
    UNION ALL
    SELECT account_id, told_id || ':fee', -fee_fen FROM cash_entry
    UNION ALL
    SELECT a.id, 'line:' || l.public_id,
        CASE WHEN l.match = 'outgoing' THEN -l.amount_fen ELSE l.amount_fen END
    FROM cash_account a
    JOIN bank_account b ON b.custody = a.custody
    JOIN bank_line l ON l.account_id = b.id
), side AS (
    SELECT a.id AS account_id, p.transaction_id, p.amount
    FROM cash_account a
    JOIN ledger_account c ON c.kind = 'cash' AND c.subject = a.custody AND c.unit = 'CNY'
    JOIN ledger_posting p ON p.source_account_id = c.id
    UNION ALL
    SELECT a.id, p.transaction_id, -p.amount
    FROM cash_account a
    JOIN ledger_account c ON c.kind = 'cash' AND c.subject = a.custody AND c.unit = 'CNY'
    JOIN ledger_posting p ON p.destination_account_id = c.id
), booked AS (
    SELECT side.account_id, t.kind || ':' || t.reference AS reference, sum(side.amount) AS micro,
        max(t.recorded_at) AS recorded_at
    FROM side JOIN ledger_transaction t ON t.id = side.transaction_id
    GROUP BY 1, 2
    HAVING sum(side.amount) <> 0
), problem AS (
    SELECT i.account_id, i.reference, 'told otherwise' AS problem
    FROM cash_item i LEFT JOIN told ON told.account_id = i.account_id
        AND told.reference = i.reference
    WHERE i.side IN ('told', 'aside') AND told.amount IS DISTINCT FROM i.amount_fen
    UNION ALL
    SELECT coalesce(i.account_id, b.account_id), coalesce(i.reference, b.reference),
        'booked otherwise'
    FROM (SELECT * FROM cash_item WHERE side = 'booked') i
    FULL JOIN booked b ON b.account_id = i.account_id AND b.reference = i.reference
    LEFT JOIN cash_account a ON a.id = b.account_id
    WHERE b.micro IS DISTINCT FROM i.amount_fen * 10000::numeric
        AND (i.id IS NOT NULL OR b.recorded_at < a.reconciled_to - 1)
    UNION ALL
    SELECT account_id, max(reference), 'paired with nothing'
    FROM cash_item WHERE side = 'paired'
    GROUP BY account_id HAVING sum(amount_fen) <> 0
    UNION ALL
    SELECT i.account_id, i.key, 'parts and is not listed'
    FROM cash_item i JOIN cash_account a ON a.id = i.account_id AND i.day <= a.reconciled_to
    GROUP BY i.account_id, i.key
    HAVING sum(CASE i.side WHEN 'told' THEN i.amount_fen ELSE -i.amount_fen END) <> 0
        AND NOT EXISTS (SELECT 1 FROM cash_difference d WHERE d.account_id = i.account_id
            AND d.key = i.key AND (d.last_day IS NULL
                OR d.last_day > (SELECT reconciled_to FROM cash_account WHERE id = i.account_id)))
)
SELECT a.custody, p.reference, p.problem
FROM problem p JOIN cash_account a ON a.id = p.account_id
ORDER BY 1, 2, 3
LIMIT %(limit)s
