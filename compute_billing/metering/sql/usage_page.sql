-- A tenant's usage by start; `after` is the last record of the page before. The start alone says
-- where the index begins, the rest tells records of one start apart.
SELECT u.id AS usage_id, u.recorded_month, s.code AS source, s.name AS source_name, u.external_id, m.code AS card_type,
    k.code AS cluster, k.name AS cluster_name, p.code AS project, p.name AS project_name, a.key AS allocation, u.milli_cards, u.started_at,
    u.ended_at, u.quantity, u.licence_ref AS licence, u.recorded_at,
    original.external_id AS corrects,
    CASE WHEN w.usage_id IS NULL THEN 'charged' WHEN w.parked_reason = '' THEN 'waiting'
        ELSE 'parked' END AS state,
    coalesce(w.parked_reason, '') AS parked_reason
FROM metering_usage_record u
JOIN metering_usage_source s ON s.id = u.source_id
JOIN catalogue_meter m ON m.id = u.meter_id
JOIN catalogue_cluster k ON k.id = u.cluster_id
LEFT JOIN contracts_project p ON p.id = u.project_id
LEFT JOIN metering_allocation a ON a.id = u.allocation_id
LEFT JOIN metering_usage_pending w ON w.tenant_id = u.tenant_id AND w.usage_id = u.id
LEFT JOIN metering_usage_record original ON u.corrects_id IS NOT NULL
    AND original.allocation_id = u.allocation_id AND original.id = u.corrects_id
    AND original.tenant_id = u.tenant_id
WHERE u.tenant_id = %(tenant_id)s
    AND u.started_at >= greatest(
        coalesce(%(started_from)s::timestamptz, '-infinity'),
        coalesce(%(after_started_at)s::timestamptz, '-infinity'))
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
