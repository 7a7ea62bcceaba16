-- What each local day cost a tenant, or a project of it, of the use of some months. Use is recorded
-- after it began, so its charges lie from that month on.
SELECT (segment_start AT TIME ZONE %(time_zone)s)::date AS day, sum(tenant) AS spent
FROM rating_charge
WHERE tenant_id = %(tenant_id)s
    AND recorded_month >= date_trunc('month', %(starts_at)s AT TIME ZONE 'UTC')::date
    AND usage_month BETWEEN %(first_month)s AND %(last_month)s
    AND (%(project_id)s::bigint IS NULL OR project_id = %(project_id)s)
GROUP BY 1
HAVING sum(tenant) <> 0
ORDER BY 1
