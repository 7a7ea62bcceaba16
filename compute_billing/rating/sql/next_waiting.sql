SELECT tenant_id FROM metering_usage_pending
WHERE tenant_id > %(after)s AND tenant_id < %(before)s AND parked_reason = '' AND tenant_id <> ALL(%(skip)s::bigint[])
ORDER BY tenant_id
LIMIT 1
