-- Card time per local day of what was settled for a month. A segment that passes midnight is
-- spread by cumulative differences, so the days sum to the segments exactly.
WITH settled AS (
    SELECT DISTINCT month.tenant_id, month.recorded_from, month.recorded_to
    FROM settlement_operator_statement statement
    JOIN settlement_operator_statement_line line ON line.statement_id = statement.id
    JOIN invoices_tenant_month month
        ON month.tenant_id = line.tenant_id AND month.month = statement.period
    WHERE statement.period = %(month)s
        AND (%(tenant_ids)s::bigint[] IS NULL OR line.tenant_id = ANY(%(tenant_ids)s))
), piece AS (
    SELECT charge.quantity, charge.segment_start, charge.segment_end,
        extract(epoch FROM charge.segment_end - charge.segment_start) AS seconds,
        generate_series(
            (charge.segment_start AT TIME ZONE %(time_zone)s)::date,
            ((charge.segment_end - interval '1 millisecond') AT TIME ZONE %(time_zone)s)::date,
            interval '1 day'
        )::date AS day
    FROM rating_charge charge
    JOIN settled ON settled.tenant_id = charge.tenant_id
        AND charge.recorded_month BETWEEN settled.recorded_from AND settled.recorded_to
    WHERE charge.booked_month = %(month)s AND charge.recorded_month >= (
        SELECT min(recorded_from) FROM settled)
)
SELECT day, sum(
    round(quantity * extract(epoch FROM least(segment_end,
        (day + 1)::timestamp AT TIME ZONE %(time_zone)s) - segment_start) / seconds)
    - round(quantity * extract(epoch FROM greatest(segment_start,
        day::timestamp AT TIME ZONE %(time_zone)s) - segment_start) / seconds)
    ) AS quantity
FROM piece
GROUP BY day
ORDER BY day
