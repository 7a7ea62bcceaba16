-- New allocations first (in key order), then the locks on the known ones (in id order): every
-- writer goes through these two phases once, so no two can wait for each other. An allocation
-- bears the usage id of its first record.
WITH wanted AS (
    SELECT DISTINCT ON (allocation_key COLLATE "C") allocation_key, usage_id, tenant_id,
        max(ended_at) OVER (PARTITION BY allocation_key COLLATE "C") AS ended_at
    FROM usage_candidate WHERE verdict = ''
    ORDER BY allocation_key COLLATE "C", usage_id
), made AS (
    INSERT INTO metering_allocation
        (id, source_id, key, tenant_id, metered_until, metered_elapsed_ms)
    SELECT usage_id, %(source_id)s, allocation_key, tenant_id, ended_at, 0 FROM wanted
    ORDER BY allocation_key COLLATE "C"
    ON CONFLICT (source_id, key) DO NOTHING
    RETURNING key, id, tenant_id, metered_until
)
INSERT INTO usage_allocation (key, id, is_new, tenant_id, metered_until, metered_elapsed_ms)
SELECT key, id, true, tenant_id, metered_until, 0 FROM made
