WITH known AS (
    SELECT a.key, a.id, a.tenant_id, a.metered_until, a.metered_elapsed_ms, a.ended_at
    FROM metering_allocation a
    WHERE a.source_id = %(source_id)s AND a.key IN (
        SELECT allocation_key FROM usage_candidate WHERE verdict = ''
        EXCEPT SELECT key FROM usage_allocation)
    ORDER BY a.id FOR UPDATE
)
INSERT INTO usage_allocation
SELECT key, id, false, tenant_id, metered_until, metered_elapsed_ms, ended_at FROM known
