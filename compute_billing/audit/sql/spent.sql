-- What a tenant's use that began in a time costs itself. Use is recorded after it began, so its
-- charges lie from that month on.
SELECT coalesce(sum(tenant), 0) AS tenant
FROM rating_charge
WHERE tenant_id = %(tenant_id)s
    AND recorded_month >= date_trunc('month', %(since)s AT TIME ZONE 'UTC')::date
    AND segment_start >= %(since)s AND segment_start < %(until)s
    AND (%(project_id)s::bigint IS NULL OR project_id = %(project_id)s)
