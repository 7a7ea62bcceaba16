-- The rejects at these places of deliveries, by source.
SELECT i.source_id, array_agg(r.id ORDER BY r.id) AS reject_ids
FROM unnest(%(import_ids)s::uuid[], %(positions)s::bigint[]) AS place (import_id, position)
JOIN metering_usage_import i ON i.public_id = place.import_id AND i.source_id > 0
JOIN metering_usage_reject r ON r.usage_import_id = i.id AND r.position = place.position
GROUP BY i.source_id
ORDER BY i.source_id
