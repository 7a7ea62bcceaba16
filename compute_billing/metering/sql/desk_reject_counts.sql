-- How many open rejects there are of each source, reason and field: what filters offer.
SELECT s.code AS source, s.name AS source_name, r.reason, r.field, count(*) AS rejects,
    count(*) FILTER (WHERE r.parsed IS NOT NULL) AS can_retry
FROM metering_usage_reject r
JOIN metering_usage_import i ON i.id = r.usage_import_id
JOIN metering_usage_source s ON s.id = i.source_id
WHERE s.id > 0 AND r.resolved_at IS NULL
GROUP BY s.code, s.name, r.reason, r.field
ORDER BY s.code, count(*) DESC, r.reason, r.field
