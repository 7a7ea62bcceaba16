-- The months stand here as constants, so that the plan knows the partitions; what is due lies in one
-- piece of the tenant's usage, which is read as such and not record by record.
WITH taken AS (
    DELETE FROM metering_usage_pending
    WHERE tenant_id = %(tenant_id)s AND parked_reason = '' AND usage_id <= %(last_id)s
    RETURNING usage_id, recorded_month
)
INSERT INTO rating_usage
SELECT u.id, u.recorded_month, u.project_id, u.cluster_id, u.meter_id, u.milli_cards,
    u.started_at, u.ended_at, u.quantity, u.corrects_id, u.allocation_id
FROM metering_usage_record u JOIN taken t ON t.usage_id = u.id
WHERE u.tenant_id = %(tenant_id)s AND u.recorded_month = ANY(%(recorded_months)s::date[])
    AND u.id BETWEEN %(first_id)s AND %(last_id)s
