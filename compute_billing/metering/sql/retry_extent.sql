-- How many open, readable rejects of a source a filter means, and the newest of them.
SELECT count(*) AS total, coalesce(max(r.id), 0) AS newest_reject_id
FROM metering_usage_import i JOIN metering_usage_reject r ON r.usage_import_id = i.id
WHERE i.source_id = %(source_id)s AND r.resolved_at IS NULL AND r.parsed IS NOT NULL
    AND (%(reason)s = '' OR r.reason = %(reason)s) AND (%(field)s = '' OR r.field = %(field)s)
    AND (%(account)s = '' OR r.account = %(account)s)
    AND (%(rejects)s::bigint[] IS NULL OR r.id = ANY(%(rejects)s))
