-- Card time per local day of a month by cluster and card type. A record that passes midnight is
-- spread by cumulative differences, so its days sum to it exactly. Use is recorded after it ended,
-- so it lies from its month on; the day is for clocks that differ.
WITH piece AS (
    SELECT u.cluster_id, u.meter_id, u.quantity, u.started_at, u.ended_at,
        extract(epoch FROM u.ended_at - u.started_at) AS seconds,
        generate_series(
            (greatest(u.started_at, %(starts_at)s) AT TIME ZONE %(time_zone)s)::date,
            ((least(u.ended_at, %(ends_at)s) - interval '1 millisecond')
                AT TIME ZONE %(time_zone)s)::date,
            interval '1 day')::date AS day
    FROM metering_usage_record u
    WHERE u.tenant_id > 0 AND (%(cluster)s::text IS NULL OR u.cluster_id = (
            SELECT named.id FROM catalogue_cluster named WHERE named.code = %(cluster)s))
        AND u.recorded_month >= date_trunc('month',
            (%(starts_at)s::timestamptz - interval '1 day') AT TIME ZONE 'UTC')::date
        AND u.started_at < %(ends_at)s AND u.ended_at > %(starts_at)s
)
SELECT c.code AS cluster, m.code AS card_type, p.day, sum(
    round(p.quantity * extract(epoch FROM least(p.ended_at,
        (p.day + 1)::timestamp AT TIME ZONE %(time_zone)s) - p.started_at) / p.seconds)
    - round(p.quantity * extract(epoch FROM greatest(p.started_at,
        p.day::timestamp AT TIME ZONE %(time_zone)s) - p.started_at) / p.seconds)) AS quantity
FROM piece p
JOIN catalogue_cluster c ON c.id = p.cluster_id
JOIN catalogue_meter m ON m.id = p.meter_id
GROUP BY c.code, m.code, p.day
ORDER BY c.code, m.code, p.day
