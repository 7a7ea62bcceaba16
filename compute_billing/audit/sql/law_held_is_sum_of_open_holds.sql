WITH open_part AS (
    SELECT account_id, sum(amount) AS held FROM (
        SELECT account_id, amount::numeric - captured - released AS amount FROM ledger_hold_part
        UNION ALL
        SELECT account_id, amount FROM ledger_lot_reserve
    ) part GROUP BY account_id
)
SELECT account_id, b.held, coalesce(o.held, 0) AS open_parts
FROM ledger_balance b FULL JOIN open_part o USING (account_id)
WHERE coalesce(b.held, 0) <> coalesce(o.held, 0)
ORDER BY account_id
LIMIT %(limit)s
