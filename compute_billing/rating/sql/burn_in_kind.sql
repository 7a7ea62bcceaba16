-- One lot of card-time pays the pieces in its scope, in order, until it is used up. Prices name who
-- sells: none are said where all of them are the lot's operator's.
WITH eligible AS (
    SELECT charge_id, recorded_month, price_id, need, sum(need) OVER (ORDER BY charge_id) AS upto
    FROM rating_piece
    WHERE need > 0 AND meter_id = %(meter_id)s
        AND (%(cluster_id)s::bigint IS NULL OR cluster_id = %(cluster_id)s)
        AND (%(project_id)s::bigint IS NULL OR project_id = %(project_id)s)
        AND (%(price_ids)s::bigint[] IS NULL OR price_id = ANY(%(price_ids)s))
        AND segment_start >= %(starts_at)s
        AND (%(expires_at)s::timestamptz IS NULL OR segment_start < %(expires_at)s)
), paid AS MATERIALIZED (
    SELECT charge_id, recorded_month, price_id,
        least(need, %(available)s - (upto - need))::bigint AS amount
    FROM eligible WHERE upto - need < %(available)s
), spent AS (
    UPDATE rating_piece p SET need = p.need - paid.amount
    FROM paid WHERE p.charge_id = paid.charge_id
), shared AS (
    INSERT INTO rating_charge_share (tenant_id, recorded_month, charge_id, payer_kind, account_id,
        unit, amount, transaction_id)
    SELECT %(tenant_id)s, recorded_month, charge_id, 'in_kind', %(account_id)s, %(unit)s, amount,
        %(transaction_id)s
    FROM paid
)
SELECT %(account_id)s::bigint AS account_id, %(unit)s AS unit, price_id,
    sum(amount)::bigint AS amount
FROM paid GROUP BY price_id
