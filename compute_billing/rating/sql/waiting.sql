SELECT parked_reason, count(*) AS n FROM metering_usage_pending WHERE tenant_id > 0
GROUP BY parked_reason ORDER BY parked_reason
