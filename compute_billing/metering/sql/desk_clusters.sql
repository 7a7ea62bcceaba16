-- Every cluster with its cards, and the jobs that ran on it when their source last told of them.
-- Only polled jobs have elapsed time before they end.
WITH running AS (
    SELECT DISTINCT ON (u.allocation_id) u.allocation_id, u.cluster_id, u.milli_cards
    FROM metering_usage_record u
    JOIN metering_allocation a ON a.id = u.allocation_id AND a.ended_at IS NULL
        AND a.metered_elapsed_ms > 0 AND a.metered_until > %(since)s
    WHERE u.tenant_id > 0 AND u.recorded_month >= date_trunc('month',
            (%(since)s::timestamptz - interval '1 day') AT TIME ZONE 'UTC')::date
        AND u.ended_at > %(since)s AND u.quantity > 0
    ORDER BY u.allocation_id, u.id DESC
)
SELECT c.code, c.name, e.name AS centre, c.milli_cards,
    (SELECT count(*) FROM running r WHERE r.cluster_id = c.id) AS running_jobs,
    (SELECT coalesce(sum(r.milli_cards), 0) FROM running r WHERE r.cluster_id = c.id)::bigint
        AS running_milli_cards
FROM catalogue_cluster c JOIN catalogue_compute_centre e ON e.id = c.centre_id
WHERE c.id > 0 AND (%(operator_id)s::bigint IS NULL OR e.operator_id = %(operator_id)s)
ORDER BY c.code
