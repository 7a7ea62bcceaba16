-- What is due: usage in order of arrival, up to the next correction, which is a run of its own. The
-- months say in which partitions the usage lies, before anybody looks for it.
WITH waiting AS MATERIALIZED (
    SELECT usage_id, recorded_month, is_correction FROM metering_usage_pending
    WHERE tenant_id = %(tenant_id)s AND parked_reason = ''
    ORDER BY usage_id LIMIT %(limit)s
), border AS MATERIALIZED (
    SELECT min(usage_id) AS next_id, min(usage_id) FILTER (WHERE is_correction) AS correction_id
    FROM waiting
)
SELECT count(*) AS usage_count, min(usage_id) AS first_id, max(usage_id) AS last_id, bool_or(is_correction) AS is_correction,
    array_agg(DISTINCT recorded_month) AS recorded_months
FROM waiting CROSS JOIN border
WHERE usage_id = next_id OR correction_id IS NULL OR usage_id < correction_id
HAVING count(*) > 0
