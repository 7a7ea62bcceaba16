WITH open_part AS (
    SELECT p.account_id, sum(p.amount::numeric - p.captured - p.released) AS held
    FROM ledger_hold_part p JOIN ledger_hold h ON h.id = p.hold_id AND h.state = 'open'
    GROUP BY p.account_id
)
SELECT account_id, b.held, coalesce(o.held, 0) AS open_parts
FROM ledger_balance b FULL JOIN open_part o USING (account_id)
WHERE coalesce(b.held, 0) <> coalesce(o.held, 0)
ORDER BY account_id
LIMIT %(limit)s
