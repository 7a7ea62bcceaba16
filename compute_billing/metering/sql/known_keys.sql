SELECT external_id, payload_hash FROM metering_usage_key
WHERE source_id = %(source_id)s AND external_id = ANY(%(external_ids)s)
