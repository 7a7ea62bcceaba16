-- Every source with what was heard of it and what of its reports waits. Deliveries are looked at
-- from the newest back; what waits for rating is counted up to a limit, so that a backlog of
-- millions costs no more than a short one.
WITH waiting AS (
    SELECT r.source_id, count(*) FILTER (WHERE q.parked_reason = '') AS waiting,
        count(*) FILTER (WHERE q.parked_reason <> '') AS parked
    FROM (SELECT tenant_id, usage_id, recorded_month, parked_reason
        FROM metering_usage_pending WHERE tenant_id > 0 LIMIT %(pending_max)s) q
    JOIN metering_usage_record r ON r.tenant_id = q.tenant_id
        AND r.recorded_month = q.recorded_month AND r.id = q.usage_id
    GROUP BY r.source_id
), heard AS (
    SELECT s.id AS source_id, max(d.newest_use_at) AS newest_use_at,
        count(DISTINCT (d.started_at AT TIME ZONE %(time_zone)s)::date) AS days_heard,
        count(*) FILTER (WHERE d.finished_at IS NULL) AS unfinished
    FROM metering_usage_source s
    CROSS JOIN LATERAL (
        SELECT i.newest_use_at, i.started_at, i.finished_at
        FROM metering_usage_import i
        WHERE i.source_id = s.id AND i.started_at >= %(since)s
        ORDER BY i.id DESC LIMIT %(deliveries_max)s) AS d
    GROUP BY s.id
), refused AS (
    SELECT i.source_id, count(*) AS open_rejects
    FROM metering_usage_reject r JOIN metering_usage_import i ON i.id = r.usage_import_id
    WHERE r.resolved_at IS NULL
    GROUP BY i.source_id
), disputed AS (
    SELECT source_id, count(*) AS open_conflicts
    FROM metering_usage_conflict WHERE resolved_at IS NULL GROUP BY source_id
)
SELECT s.code, s.name, c.code AS cluster, c.name AS cluster_name, s.last_seen_at, h.newest_use_at,
    greatest(0, (%(now)s AT TIME ZONE %(time_zone)s)::date - (greatest(%(since)s, s.created_at)
        AT TIME ZONE %(time_zone)s)::date + 1 - coalesce(h.days_heard, 0)) AS silent_days,
    coalesce(w.waiting, 0) AS waiting, coalesce(w.parked, 0) AS parked,
    coalesce(f.open_rejects, 0) AS open_rejects, coalesce(d.open_conflicts, 0) AS open_conflicts
FROM metering_usage_source s
JOIN catalogue_cluster c ON c.id = s.default_cluster_id
LEFT JOIN heard h ON h.source_id = s.id
LEFT JOIN waiting w ON w.source_id = s.id
LEFT JOIN refused f ON f.source_id = s.id
LEFT JOIN disputed d ON d.source_id = s.id
WHERE s.id > 0
ORDER BY s.code
