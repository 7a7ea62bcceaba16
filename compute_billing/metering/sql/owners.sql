-- Bounds in whole milliseconds, upwards: use of whole milliseconds then falls on the same side.
SELECT account, tenant_id, project_id,
    CASE WHEN isfinite(lower(valid)) THEN ceil(extract(epoch FROM lower(valid)) * 1000)::bigint
        ELSE -9223372036854775808 END AS from_ms,
    CASE WHEN isfinite(upper(valid)) THEN ceil(extract(epoch FROM upper(valid)) * 1000)::bigint
        ELSE 9223372036854775807 END AS until_ms
FROM metering_source_account_mapping
WHERE source_id = %(source_id)s AND account = ANY(%(accounts)s) AND NOT isempty(valid)
