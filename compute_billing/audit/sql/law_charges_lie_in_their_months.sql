-- The segment lies in its usage month; it is booked there, or, when that month was closed, in the
-- first month after it that was not.
WITH charge AS (
    SELECT c.* FROM verify_scope v JOIN rating_charge c USING (tenant_id, recorded_month)
    WHERE c.recorded_month = ANY(%(months)s::date[])
), late AS (
    SELECT tenant_id, usage_month, booked_month
    FROM verify_charged WHERE booked_month > usage_month
    GROUP BY tenant_id, usage_month, booked_month
), skipped_open AS (
    SELECT late.* FROM late
    WHERE EXISTS (
        SELECT FROM generate_series(late.usage_month, late.booked_month - interval '1 month',
            interval '1 month') AS passed (month)
        LEFT JOIN verify_closed m
            ON m.tenant_id = late.tenant_id AND m.month = passed.month::date
        WHERE m.month IS NULL)
)
SELECT c.tenant_id, c.recorded_month, c.id AS charge_id, c.usage_month, c.booked_month
FROM charge c
LEFT JOIN kernel_billing_month u ON u.month = c.usage_month
LEFT JOIN kernel_billing_month b ON b.month = c.booked_month
LEFT JOIN skipped_open o ON o.tenant_id = c.tenant_id AND o.usage_month = c.usage_month
    AND o.booked_month = c.booked_month
WHERE u.month IS NULL
    OR b.month IS NULL
    OR c.segment_start < u.starts_at
    OR c.segment_end > u.ends_at
    OR c.booked_month < c.usage_month
    OR o.tenant_id IS NOT NULL
ORDER BY c.tenant_id, c.id
LIMIT %(limit)s
