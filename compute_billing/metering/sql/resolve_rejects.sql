UPDATE metering_usage_reject r
SET resolved_at = %(now)s, resolved_usage_id = coalesce(settled.usage_id, k.usage_id)
FROM unnest(%(positions)s::bigint[], %(usage_ids)s::bigint[], %(external_ids)s::text[])
    AS settled (position, usage_id, external_id)
LEFT JOIN metering_usage_key k
    ON k.source_id = %(source_id)s AND k.external_id = settled.external_id
WHERE r.usage_import_id = %(import_id)s AND r.position = settled.position
