INSERT INTO metering_usage_conflict (source_id, external_id, payload_hash, payload, parsed,
    first_import_id, position, first_at, times)
VALUES (%(source_id)s, %(external_id)s, %(payload_hash)s, %(payload)s, %(parsed)s,
    %(import_id)s, %(position)s, %(now)s, %(times)s)
ON CONFLICT (source_id, external_id, payload_hash)
DO UPDATE SET times = metering_usage_conflict.times + excluded.times
