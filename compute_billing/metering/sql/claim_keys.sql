-- The first of equal keys claims; in key order, so that writers cannot wait for each other.
INSERT INTO metering_usage_key
    (source_id, external_id, payload_hash, tenant_id, usage_id, recorded_month)
SELECT %(source_id)s, external_id, payload_hash, tenant_id, usage_id, %(recorded_month)s
FROM usage_candidate WHERE verdict = ''
ORDER BY external_id COLLATE "C", usage_id
ON CONFLICT DO NOTHING
