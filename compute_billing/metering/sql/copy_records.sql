COPY metering_usage_record (external_id, source_id, import_id, recorded_month, recorded_at,
    tenant_id, id, allocation_id, cluster_id, meter_id, milli_cards, started_at, ended_at,
    quantity, position, project_id, licence_ref,
    corrects_id)
FROM STDIN WITH (FORMAT binary)
