SELECT coalesce(sum(gross), 0) AS gross, coalesce(sum(programme), 0) AS programme,
    coalesce(sum(tenant), 0) AS tenant
FROM rating_charge WHERE tenant_id = %(tenant_id)s AND run_id = ANY(%(run_ids)s)
