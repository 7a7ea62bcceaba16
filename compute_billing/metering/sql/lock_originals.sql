-- What is to be corrected, with its allocation, locked in id order as everywhere.
SELECT k.external_id, r.id AS usage_id, r.tenant_id, r.project_id, r.cluster_id, r.meter_id,
    r.milli_cards, r.quantity, r.licence_ref::text AS licence_ref, r.allocation_id,
    a.metered_elapsed_ms,
    (extract(epoch FROM a.metered_until) * 1000)::bigint AS metered_until_ms,
    (extract(epoch FROM r.started_at) * 1000)::bigint AS started_ms,
    (extract(epoch FROM r.ended_at) * 1000)::bigint AS ended_ms
FROM metering_usage_key k
JOIN metering_usage_record r ON r.tenant_id = k.tenant_id
    AND r.recorded_month = k.recorded_month AND r.id = k.usage_id
JOIN metering_allocation a ON a.id = r.allocation_id
WHERE k.source_id = %(source_id)s AND k.external_id = ANY(%(external_ids)s)
ORDER BY a.id FOR UPDATE OF a
