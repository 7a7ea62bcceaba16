-- A tenant's card time per local day of a time, by project and card type, under the other filters
-- of metering's usage_page. A record that passes midnight is spread by cumulative differences, so
-- its days sum to it exactly. Use is recorded after it ended, so it lies from its month on; the day
-- is for clocks that differ.
WITH used AS (
    SELECT p.code AS project, p.name AS project_name, m.code AS card_type, u.quantity, u.started_at, u.ended_at,
        extract(epoch FROM u.ended_at - u.started_at) AS seconds
    FROM metering_usage_record u
    JOIN metering_usage_source s ON s.id = u.source_id
    JOIN catalogue_meter m ON m.id = u.meter_id
    JOIN catalogue_cluster k ON k.id = u.cluster_id
    LEFT JOIN contracts_project p ON p.id = u.project_id
    LEFT JOIN metering_allocation a ON a.id = u.allocation_id
    WHERE u.tenant_id = %(tenant_id)s
        AND u.recorded_month >= date_trunc('month',
            (%(started_from)s::timestamptz - interval '1 day') AT TIME ZONE 'UTC')::date
        AND u.started_at < %(started_until)s AND u.ended_at > %(started_from)s
        AND (%(source)s::text IS NULL OR s.code = %(source)s)
        AND (%(external_id)s::text IS NULL OR u.external_id = %(external_id)s)
        AND (%(job)s::text IS NULL OR u.external_id = %(job)s OR a.key = %(job)s)
        AND (%(project)s::text IS NULL OR p.code = %(project)s)
        AND (%(cluster)s::text IS NULL OR k.code = %(cluster)s)
        AND (%(card_type)s::text IS NULL OR m.code = %(card_type)s)
), piece AS (
    SELECT used.*, generate_series(
        (greatest(started_at, %(started_from)s) AT TIME ZONE %(time_zone)s)::date,
        ((least(ended_at, %(started_until)s) - interval '1 millisecond')
            AT TIME ZONE %(time_zone)s)::date,
        interval '1 day')::date AS day
    FROM used
)
SELECT day, project, project_name, card_type, sum(
    round(quantity * extract(epoch FROM least(ended_at,
        (day + 1)::timestamp AT TIME ZONE %(time_zone)s) - started_at) / seconds)
    - round(quantity * extract(epoch FROM greatest(started_at,
        day::timestamp AT TIME ZONE %(time_zone)s) - started_at) / seconds)
    ) AS quantity
FROM piece
GROUP BY day, project, project_name, card_type
ORDER BY day, project, card_type
