-- The latest rating run of each tenant. Runs of a tenant follow one another under its wallet's
-- lock and every charge is written by a run, so while this stands no charge was added.
SELECT tenant_id, max(id) AS run_id
FROM rating_run
WHERE tenant_id = ANY(%(tenant_ids)s)
GROUP BY tenant_id
