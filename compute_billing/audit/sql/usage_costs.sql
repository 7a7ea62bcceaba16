-- What some records of a tenant cost so far, all segments and revisions.
SELECT usage_id, sum(gross) AS gross, sum(discount) AS discount, sum(programme) AS programme,
    sum(tenant) AS tenant
FROM rating_charge
WHERE tenant_id = %(tenant_id)s AND recorded_month = ANY(%(recorded_months)s::date[])
    AND usage_id = ANY(%(usage_ids)s::bigint[])
GROUP BY usage_id
