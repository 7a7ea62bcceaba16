-- Money that is set aside for a job pays its segments: what they need and what is set aside, each
-- laid end to end per hold, are cut at each other's borders.
WITH line AS (
    SELECT u.hold_id, p.charge_id, p.recorded_month, p.price_id, p.need,
        sum(p.need) OVER (PARTITION BY u.hold_id ORDER BY p.charge_id) AS upto
    FROM rating_segment p JOIN rating_held u ON u.usage_id = p.usage_id
    WHERE p.need > 0
), part AS (
    SELECT h.hold_id, h.account_id, a.kind, h.rest,
        sum(h.rest) OVER (PARTITION BY h.hold_id ORDER BY h.position) AS upto
    FROM (
        SELECT hold_id, account_id, position, amount - captured - released AS rest
        FROM ledger_hold_part WHERE hold_id IN (SELECT hold_id FROM rating_held)
    ) h
    JOIN ledger_account a ON a.id = h.account_id AND a.kind = ANY(%(payer_kinds)s::text[])
    WHERE h.rest > 0
), paid AS MATERIALIZED (
    SELECT l.hold_id, l.charge_id, l.recorded_month, l.price_id, p.account_id, p.kind,
        (least(l.upto, p.upto) - greatest(l.upto - l.need, p.upto - p.rest))::bigint AS amount
    FROM line l JOIN part p ON p.hold_id = l.hold_id
        AND p.upto - p.rest < l.upto AND p.upto > l.upto - l.need
), spent AS (
    UPDATE rating_segment s SET need = s.need - total.amount,
        discount = s.discount + total.discount
    FROM (SELECT charge_id, sum(amount)::bigint AS amount,
            coalesce(sum(amount) FILTER (WHERE kind = 'promotion'), 0)::bigint AS discount
        FROM paid GROUP BY charge_id) total
    WHERE s.charge_id = total.charge_id
), captured AS (
    UPDATE ledger_hold_part h SET captured = h.captured + total.amount
    FROM (SELECT hold_id, account_id, sum(amount)::bigint AS amount
        FROM paid GROUP BY hold_id, account_id) total
    WHERE h.hold_id = total.hold_id AND h.account_id = total.account_id
), unheld AS (
    UPDATE ledger_balance b SET held = b.held - total.amount
    FROM (SELECT account_id, sum(amount)::bigint AS amount FROM paid GROUP BY account_id) total
    WHERE b.account_id = total.account_id
), noted AS (
    INSERT INTO rating_hold_capture (hold_id, account_id, tenant_id, recorded_month, charge_id,
        amount, transaction_id)
    SELECT hold_id, account_id, %(tenant_id)s, recorded_month, charge_id, amount,
        %(transaction_id)s
    FROM paid
), shared AS (
    INSERT INTO rating_charge_share (tenant_id, recorded_month, charge_id, payer_kind, account_id,
        unit, amount, transaction_id)
    SELECT %(tenant_id)s, recorded_month, charge_id, kind, account_id, 'CNY', amount,
        %(transaction_id)s
    FROM paid
)
SELECT account_id, 'CNY' AS unit, price_id, sum(amount)::bigint AS amount
FROM paid GROUP BY account_id, price_id
