-- One pass over the usage records and one over their keys.
DROP TABLE IF EXISTS pg_temp.verify_metered;
CREATE TEMPORARY TABLE verify_metered AS
SELECT tenant_id, recorded_month,
    sum(records)::bigint AS records, sum(quantity) AS quantity, sum(keys)::bigint AS keys
FROM (
    SELECT tenant_id, recorded_month, count(*) AS records, sum(quantity) AS quantity, 0 AS keys
    FROM metering_usage_record GROUP BY tenant_id, recorded_month
    UNION ALL
    SELECT tenant_id, recorded_month, 0, 0, count(*)
    FROM metering_usage_key GROUP BY tenant_id, recorded_month
) counted
GROUP BY tenant_id, recorded_month;
ANALYZE pg_temp.verify_metered;
