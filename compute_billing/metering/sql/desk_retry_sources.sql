-- The sources that have open, readable rejects of a filter.
SELECT DISTINCT s.id AS source_id
FROM metering_usage_source s
JOIN metering_usage_import i ON i.source_id = s.id
JOIN metering_usage_reject r ON r.usage_import_id = i.id
WHERE s.id > 0 AND r.resolved_at IS NULL AND r.parsed IS NOT NULL
    AND (%(source)s = '' OR s.code = %(source)s) AND (%(reason)s = '' OR r.reason = %(reason)s)
    AND (%(field)s = '' OR r.field = %(field)s) AND (%(account)s = '' OR r.account = %(account)s)
ORDER BY s.id
