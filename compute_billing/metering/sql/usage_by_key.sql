-- The record that a source's key was accepted as, if it is this tenant's.
SELECT u.id AS usage_id, u.recorded_month, s.code AS source, s.name AS source_name, u.external_id, m.code AS card_type,
    k.code AS cluster, k.name AS cluster_name, p.code AS project, p.name AS project_name, a.key AS allocation, u.milli_cards, u.started_at,
    u.ended_at, u.quantity, u.licence_ref AS licence, u.recorded_at, u.position,
    original.external_id AS corrects,
    CASE WHEN w.usage_id IS NULL THEN 'charged' WHEN w.parked_reason = '' THEN 'waiting'
        ELSE 'parked' END AS state,
    coalesce(w.parked_reason, '') AS parked_reason,
    i.format AS import_format, i.origin AS import_origin, i.started_at AS import_started_at
FROM metering_usage_source s
JOIN metering_usage_key key ON key.source_id = s.id AND key.external_id = %(external_id)s
JOIN metering_usage_record u ON u.tenant_id = key.tenant_id
    AND u.recorded_month = key.recorded_month AND u.id = key.usage_id
JOIN metering_usage_import i ON i.id = u.import_id
JOIN catalogue_meter m ON m.id = u.meter_id
JOIN catalogue_cluster k ON k.id = u.cluster_id
LEFT JOIN contracts_project p ON p.id = u.project_id
LEFT JOIN metering_allocation a ON a.id = u.allocation_id
LEFT JOIN metering_usage_pending w ON w.tenant_id = u.tenant_id AND w.usage_id = u.id
LEFT JOIN metering_usage_record original ON u.corrects_id IS NOT NULL
    AND original.allocation_id = u.allocation_id AND original.id = u.corrects_id
    AND original.tenant_id = u.tenant_id
WHERE s.code = %(source)s AND key.tenant_id = %(tenant_id)s
