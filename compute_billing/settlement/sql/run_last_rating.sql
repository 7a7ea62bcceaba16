-- When a worker last rated anything.
SELECT max(started_at) AS at FROM rating_run WHERE tenant_id > 0
