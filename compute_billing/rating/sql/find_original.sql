-- The original of the correction that was taken; its allocation's index finds its partition.
SELECT o.id AS usage_id, o.recorded_month
FROM rating_usage u
JOIN metering_usage_record c ON c.tenant_id = %(tenant_id)s
    AND c.recorded_month = u.recorded_month AND c.id = u.usage_id
JOIN metering_usage_record o ON o.allocation_id = c.allocation_id AND o.id = c.corrects_id
