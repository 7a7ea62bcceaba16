SELECT coalesce((extract(epoch FROM min(starts_at)) * 1000)::bigint, 9223372036854775807)
    AS first_ms
FROM kernel_billing_month
