-- A tenant's records behind the charges booked in a month, or behind one line of a bill, under the
-- filters of metering's usage_page; how much of each stands there, and what the line's payer bears.
WITH charged AS (
    SELECT c.recorded_month, c.usage_id, sum(c.quantity) AS billed_quantity,
        sum(c.gross) AS gross, sum(c.discount) AS discount, sum(c.programme) AS programme,
        sum(c.tenant) AS tenant, coalesce(sum(share.amount), 0) AS borne
    FROM rating_charge c
    LEFT JOIN LATERAL (
        SELECT sum(amount) AS amount FROM rating_charge_share
        WHERE tenant_id = c.tenant_id AND recorded_month = c.recorded_month
            AND charge_id = c.id AND payer_kind = %(payer_kind)s::text
    ) share ON %(payer_kind)s::text IS NOT NULL
    WHERE c.tenant_id = %(tenant_id)s AND c.recorded_month >= %(recorded_from)s
        AND c.booked_month = %(booked_month)s
        AND (%(price_id)s::bigint IS NULL OR (c.price_id = %(price_id)s
            AND c.usage_month = %(usage_month)s::date
            AND c.project_id IS NOT DISTINCT FROM %(project_id)s::bigint
            AND c.cluster_id = coalesce(%(cluster_id)s::bigint, c.cluster_id)
            AND share.amount IS NOT NULL))
    GROUP BY c.recorded_month, c.usage_id
)
SELECT u.id AS usage_id, u.recorded_month, s.code AS source, s.name AS source_name, u.external_id, m.code AS card_type,
    k.code AS cluster, k.name AS cluster_name, p.code AS project, p.name AS project_name, a.key AS allocation, u.milli_cards, u.started_at,
    u.ended_at, u.quantity, u.licence_ref AS licence, u.recorded_at,
    original.external_id AS corrects, 'charged' AS state, '' AS parked_reason,
    charged.billed_quantity, charged.gross, charged.discount, charged.programme, charged.tenant,
    charged.borne
FROM charged
JOIN metering_usage_record u ON u.tenant_id = %(tenant_id)s
    AND u.recorded_month = charged.recorded_month AND u.id = charged.usage_id
JOIN metering_usage_source s ON s.id = u.source_id
JOIN catalogue_meter m ON m.id = u.meter_id
JOIN catalogue_cluster k ON k.id = u.cluster_id
LEFT JOIN contracts_project p ON p.id = u.project_id
LEFT JOIN metering_allocation a ON a.id = u.allocation_id
LEFT JOIN metering_usage_record original ON u.corrects_id IS NOT NULL
    AND original.allocation_id = u.allocation_id AND original.id = u.corrects_id
    AND original.tenant_id = u.tenant_id
WHERE u.started_at >= coalesce(%(started_from)s::timestamptz, '-infinity')
    AND u.started_at < coalesce(%(started_until)s::timestamptz, 'infinity')
    AND (%(source)s::text IS NULL OR s.code = %(source)s)
    AND (%(external_id)s::text IS NULL OR u.external_id = %(external_id)s)
    AND (%(job)s::text IS NULL OR u.external_id = %(job)s OR a.key = %(job)s)
    AND (%(project)s::text IS NULL OR p.code = %(project)s)
    AND (%(cluster)s::text IS NULL OR k.code = %(cluster)s)
    AND (%(card_type)s::text IS NULL OR m.code = %(card_type)s)
    AND (%(after_started_at)s::timestamptz IS NULL OR (u.started_at, u.external_id, s.code)
        > (%(after_started_at)s::timestamptz, %(after_external_id)s::text, %(after_source)s::text))
ORDER BY u.started_at, u.external_id, s.code
LIMIT %(limit)s
