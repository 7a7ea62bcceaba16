-- One reject with all that was kept of it, open or not.
SELECT r.id AS reject_id, i.public_id AS import_id, r.position, s.code AS source, s.name AS source_name, i.origin,
    i.format, r.external_id, r.account, r.reason, r.field, r.message, r.payload, r.rejected_at,
    r.resolved_at, r.parsed IS NOT NULL AS can_retry
FROM metering_usage_import i
JOIN metering_usage_reject r ON r.usage_import_id = i.id
JOIN metering_usage_source s ON s.id = i.source_id
WHERE s.id > 0 AND i.public_id = %(import_id)s AND r.position = %(position)s
