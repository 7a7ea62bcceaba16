COPY usage_candidate (external_id, allocation_key, tenant_id, usage_id, cluster_id, meter_id,
    milli_cards, started_at, ended_at, quantity, position, payload_hash, is_running, project_id,
    licence_ref)
FROM STDIN WITH (FORMAT binary)
