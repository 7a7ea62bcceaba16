-- Card time per local day, project and card type of all that billed_page finds. A charge that passes
-- midnight is spread by cumulative differences, so its days sum to it exactly; what takes a charge
-- back takes it from the same days.
WITH billed AS (
    SELECT p.code AS project, p.name AS project_name, m.code AS card_type, c.quantity, c.segment_start, c.segment_end,
        extract(epoch FROM c.segment_end - c.segment_start) AS seconds
    FROM rating_charge c
    JOIN metering_usage_record u ON u.tenant_id = c.tenant_id
        AND u.recorded_month = c.recorded_month AND u.id = c.usage_id
    JOIN metering_usage_source s ON s.id = u.source_id
    JOIN catalogue_meter m ON m.id = u.meter_id
    JOIN catalogue_cluster k ON k.id = u.cluster_id
    LEFT JOIN contracts_project p ON p.id = u.project_id
    LEFT JOIN metering_allocation a ON a.id = u.allocation_id
    WHERE c.tenant_id = %(tenant_id)s AND c.recorded_month >= %(recorded_from)s
        AND c.booked_month = %(booked_month)s
        AND (%(price_id)s::bigint IS NULL OR (c.price_id = %(price_id)s
            AND c.usage_month = %(usage_month)s::date
            AND c.project_id IS NOT DISTINCT FROM %(project_id)s::bigint
            AND c.cluster_id = coalesce(%(cluster_id)s::bigint, c.cluster_id)
            AND EXISTS (SELECT FROM rating_charge_share share
                WHERE share.tenant_id = c.tenant_id AND share.recorded_month = c.recorded_month
                    AND share.charge_id = c.id AND share.payer_kind = %(payer_kind)s::text)))
        AND u.started_at >= coalesce(%(started_from)s::timestamptz, '-infinity')
        AND u.started_at < coalesce(%(started_until)s::timestamptz, 'infinity')
        AND (%(source)s::text IS NULL OR s.code = %(source)s)
        AND (%(external_id)s::text IS NULL OR u.external_id = %(external_id)s)
        AND (%(job)s::text IS NULL OR u.external_id = %(job)s OR a.key = %(job)s)
        AND (%(project)s::text IS NULL OR p.code = %(project)s)
        AND (%(cluster)s::text IS NULL OR k.code = %(cluster)s)
        AND (%(card_type)s::text IS NULL OR m.code = %(card_type)s)
), piece AS (
    SELECT billed.*, generate_series(
        (segment_start AT TIME ZONE %(time_zone)s)::date,
        ((segment_end - interval '1 millisecond') AT TIME ZONE %(time_zone)s)::date,
        interval '1 day')::date AS day
    FROM billed
)
SELECT day, project, project_name, card_type, sum(
    round(quantity * extract(epoch FROM least(segment_end,
        (day + 1)::timestamp AT TIME ZONE %(time_zone)s) - segment_start) / seconds)
    - round(quantity * extract(epoch FROM greatest(segment_start,
        day::timestamp AT TIME ZONE %(time_zone)s) - segment_start) / seconds)
    ) AS quantity
FROM piece
GROUP BY day, project, project_name, card_type
HAVING bool_or(quantity <> 0)
ORDER BY day, project, card_type
