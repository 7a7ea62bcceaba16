UPDATE metering_allocation
SET metered_until = timestamptz 'epoch' + %(until_ms)s::bigint * interval '1 millisecond',
    metered_elapsed_ms = %(elapsed_ms)s, ended_at = NULL
WHERE id = %(allocation_id)s
