SELECT (SELECT max(id) FROM rating_run WHERE tenant_id = %(tenant_id)s) AS last_run_id,
    EXISTS (
        SELECT FROM metering_usage_pending WHERE tenant_id = %(tenant_id)s
    ) AS has_pending
