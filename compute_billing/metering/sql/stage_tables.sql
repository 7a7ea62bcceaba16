-- Work tables of one connection; rows live for one transaction.
CREATE TEMP TABLE IF NOT EXISTS usage_candidate (
    external_id text, allocation_key text, tenant_id bigint, usage_id bigint, cluster_id bigint,
    meter_id bigint, milli_cards bigint, started_at timestamptz, ended_at timestamptz,
    quantity bigint, position bigint, payload_hash bytea, is_running boolean, project_id bigint,
    licence_ref uuid, verdict text NOT NULL DEFAULT ''
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS usage_allocation (
    key text, id bigint, is_new boolean, tenant_id bigint, metered_until timestamptz,
    metered_elapsed_ms bigint, ended_at timestamptz
) ON COMMIT DELETE ROWS;

-- Empty already after a commit; inside a larger transaction a second run starts afresh too.
DELETE FROM usage_candidate;
DELETE FROM usage_allocation;
