SELECT k.external_id, k.payload_hash
FROM metering_usage_key k JOIN usage_candidate c ON k.external_id = c.external_id
WHERE k.source_id = %(source_id)s AND c.verdict = ''
