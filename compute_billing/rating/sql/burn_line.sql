-- Payers that can pay everything stand in line: what the segments need, laid end to end, is cut at
-- the borders of what the payers have. The last in line has no limit: it is owed to whoever set the
-- price.
WITH line AS (
    SELECT charge_id, usage_id, recorded_month, price_id, month, booked_month, need,
        (sum(need) OVER (ORDER BY charge_id))::bigint AS upto
    FROM rating_segment WHERE need > 0
), paid AS MATERIALIZED (
    SELECT l.charge_id, l.recorded_month, l.price_id, p.payer_kind,
        CASE WHEN p.payer_kind <> 'arrears' THEN p.account_id
            ELSE (CASE WHEN l.usage_id IN (SELECT usage_id FROM rating_held)
                    THEN %(lag_account_ids)s::bigint[]
                    WHEN l.booked_month <> l.month THEN %(late_account_ids)s::bigint[]
                    ELSE %(early_account_ids)s::bigint[] END
                )[array_position(%(price_ids)s::bigint[], l.price_id)] END AS account_id,
        least(l.upto, p.upto) - greatest(l.upto - l.need, p.since) AS amount,
        CASE WHEN p.payer_kind <> 'arrears' THEN ''
            WHEN l.usage_id IN (SELECT usage_id FROM rating_held) THEN %(lag_cause)s
            WHEN l.booked_month <> l.month THEN %(late_cause)s ELSE %(cause)s END AS cause
    FROM line l
    JOIN unnest(%(account_ids)s::bigint[], %(payer_kinds)s::text[], %(since)s::bigint[],
            %(upto)s::bigint[]) AS p (account_id, payer_kind, since, upto)
        ON p.since < l.upto AND p.upto > l.upto - l.need
), shared AS (
    INSERT INTO rating_charge_share (tenant_id, recorded_month, charge_id, payer_kind, account_id,
        unit, amount, transaction_id, cause)
    SELECT %(tenant_id)s, recorded_month, charge_id, payer_kind, account_id, 'CNY', amount,
        %(transaction_id)s, cause
    FROM paid
)
SELECT account_id, 'CNY' AS unit, price_id, sum(amount)::bigint AS amount
FROM paid GROUP BY account_id, price_id
