INSERT INTO metering_usage_record (tenant_id, recorded_month, id, project_id, source_id,
    external_id, allocation_id, cluster_id, meter_id, milli_cards, started_at, ended_at,
    quantity, licence_ref, import_id, position, recorded_at)
SELECT c.tenant_id, %(recorded_month)s, c.usage_id, c.project_id, %(source_id)s,
    c.external_id, u.id, c.cluster_id, c.meter_id, c.milli_cards, c.started_at, c.ended_at,
    c.quantity, c.licence_ref, %(import_id)s, c.position, %(now)s
FROM usage_candidate c JOIN usage_allocation u ON u.key = c.allocation_key
WHERE c.verdict = ''
ORDER BY c.usage_id
