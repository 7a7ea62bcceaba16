SELECT parked_reason, count(*) AS n FROM metering_usage_pending
GROUP BY parked_reason ORDER BY parked_reason
