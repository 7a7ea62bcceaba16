-- An operator's sources by code, with what of their reports waits for a person.
SELECT s.code, s.name, k.code AS cluster, s.default_card_type AS card_type, s.time_zone,
    s.created_at, s.last_seen_at,
    (SELECT count(*) FROM metering_usage_import i JOIN metering_usage_reject r
        ON r.usage_import_id = i.id AND r.resolved_at IS NULL WHERE i.source_id = s.id)
        AS open_rejects,
    (SELECT count(*) FROM metering_usage_conflict c
        WHERE c.source_id = s.id AND c.resolved_at IS NULL) AS open_conflicts
FROM metering_usage_source s
JOIN catalogue_cluster k ON k.id = s.default_cluster_id
JOIN catalogue_compute_centre e ON e.id = k.centre_id
WHERE e.operator_id = %(operator_id)s AND (%(after)s::text IS NULL OR s.code > %(after)s)
ORDER BY s.code
LIMIT %(limit)s
