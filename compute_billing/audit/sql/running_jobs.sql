-- The jobs of a tenant that were running when their scheduler last told of them, with what they
-- used and cost so far. Only polled jobs have elapsed time before they end.
WITH told AS (
    SELECT DISTINCT allocation_id
    FROM metering_usage_record
    WHERE tenant_id = %(tenant_id)s
        AND recorded_month >= date_trunc('month',
            %(since)s::timestamptz - interval '1 day')::date
        AND ended_at > %(since)s AND allocation_id IS NOT NULL
)
SELECT s.code AS source, a.key AS job, used.project, used.project_name, used.card_type, used.milli_cards,
    used.started_at, a.metered_until, used.quantity, used.record,
    coalesce(cost.gross, 0) AS gross, coalesce(cost.discount, 0) AS discount,
    coalesce(cost.programme, 0) AS programme, coalesce(cost.tenant, 0) AS tenant
FROM told
JOIN metering_allocation a ON a.id = told.allocation_id
JOIN metering_usage_source s ON s.id = a.source_id
CROSS JOIN LATERAL (
    SELECT sum(u.quantity) AS quantity, min(u.started_at) AS started_at,
        (array_agg(u.external_id ORDER BY u.id DESC))[1] AS record,
        (array_agg(u.milli_cards ORDER BY u.id DESC))[1] AS milli_cards,
        (array_agg(p.code ORDER BY u.id DESC))[1] AS project,
        (array_agg(p.name ORDER BY u.id DESC))[1] AS project_name,
        (array_agg(m.code ORDER BY u.id DESC))[1] AS card_type
    FROM metering_usage_record u
    JOIN catalogue_meter m ON m.id = u.meter_id
    LEFT JOIN contracts_project p ON p.id = u.project_id
    WHERE u.allocation_id = a.id AND u.tenant_id = %(tenant_id)s
) used
CROSS JOIN LATERAL (
    SELECT sum(c.gross) AS gross, sum(c.discount) AS discount, sum(c.programme) AS programme,
        sum(c.tenant) AS tenant
    FROM metering_usage_record u
    JOIN rating_charge c ON c.tenant_id = u.tenant_id AND c.recorded_month = u.recorded_month
        AND c.usage_id = u.id
    WHERE u.allocation_id = a.id AND u.tenant_id = %(tenant_id)s
) cost
WHERE a.tenant_id = %(tenant_id)s AND a.ended_at IS NULL AND a.metered_elapsed_ms > 0
    AND a.metered_until > %(since)s
ORDER BY used.quantity DESC, a.key
LIMIT %(limit)s
