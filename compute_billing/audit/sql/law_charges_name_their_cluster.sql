-- A charge names the cluster of its use, which its line of the bill repeats.
SELECT c.tenant_id, c.recorded_month, c.id AS charge_id, c.cluster_id, u.cluster_id AS used
FROM verify_scope v
JOIN rating_charge c USING (tenant_id, recorded_month)
JOIN metering_usage_record u ON u.tenant_id = c.tenant_id AND u.id = c.usage_id
    AND u.recorded_month = c.recorded_month
WHERE c.cluster_id <> u.cluster_id AND c.recorded_month = ANY(%(months)s::date[])
ORDER BY c.tenant_id, c.id
LIMIT %(limit)s
