-- Cut each record at the months of any time zone; what suspension took is spread over the pieces
-- in proportion (whole units, the rest with the last piece), so that the pieces sum to the record.
WITH piece AS (
    SELECT r.tenant_id, r.quantity, r.milli_cards,
        (extract(epoch FROM r.ended_at - r.started_at) * 1000)::bigint AS record_ms,
        (extract(epoch FROM
            least(r.ended_at, (m.month + interval '1 month') AT TIME ZONE %(time_zone)s)
            - r.started_at) * 1000)::bigint AS until_ms,
        (extract(epoch FROM
            greatest(r.started_at, m.month AT TIME ZONE %(time_zone)s)
            - r.started_at) * 1000)::bigint AS from_ms,
        m.month::date AS month
    FROM metering_usage_record r
    CROSS JOIN LATERAL generate_series(
        date_trunc('month', r.started_at AT TIME ZONE %(time_zone)s),
        date_trunc('month', (r.ended_at - interval '1 millisecond') AT TIME ZONE %(time_zone)s),
        interval '1 month') AS m (month)
)
SELECT o.code AS tenant, p.month, sum(
        trunc(p.quantity::numeric * p.until_ms / p.record_ms)
        - trunc(p.quantity::numeric * p.from_ms / p.record_ms)) AS quantity
FROM piece p JOIN accounts_organisation o ON o.id = p.tenant_id AND o.id > 0
GROUP BY o.code, p.month
ORDER BY o.code, p.month
