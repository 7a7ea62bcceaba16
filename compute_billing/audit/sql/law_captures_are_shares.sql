-- What a hold has paid is what was noted charge by charge, and each note is part of a share.
WITH noted AS (
    SELECT hold_id, account_id, sum(amount) AS amount FROM rating_hold_capture
    GROUP BY hold_id, account_id
)
SELECT coalesce(p.hold_id, n.hold_id) AS hold_id, coalesce(p.account_id, n.account_id) AS account_id,
    p.captured, n.amount AS noted, NULL::bigint AS charge_id
FROM ledger_hold_part p FULL JOIN noted n ON n.hold_id = p.hold_id AND n.account_id = p.account_id
WHERE coalesce(p.captured, 0) <> coalesce(n.amount, 0)
UNION ALL
SELECT c.hold_id, c.account_id, NULL, c.amount, c.charge_id
FROM rating_hold_capture c
LEFT JOIN rating_charge_share s ON s.tenant_id = c.tenant_id
    AND s.recorded_month = c.recorded_month AND s.charge_id = c.charge_id
    AND s.account_id = c.account_id AND s.transaction_id = c.transaction_id
WHERE s.charge_id IS NULL OR s.amount < c.amount
ORDER BY 1, 2
LIMIT %(limit)s
