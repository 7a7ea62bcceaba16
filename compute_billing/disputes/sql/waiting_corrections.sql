-- Which of these corrections are not charged yet.
SELECT usage_id FROM metering_usage_pending
WHERE (tenant_id, usage_id) IN (
    SELECT * FROM unnest(%(tenant_ids)s::bigint[], %(usage_ids)s::bigint[]))
