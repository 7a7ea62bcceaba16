-- The next rejects of a run, in the order in which they were refused.
SELECT r.id, r.usage_import_id AS import_id, r.position, r.parsed, r.payload
FROM metering_retry_run q
JOIN metering_usage_import i ON i.source_id = q.source_id
JOIN metering_usage_reject r ON r.usage_import_id = i.id
WHERE q.id = %(run_id)s AND r.resolved_at IS NULL AND r.parsed IS NOT NULL
    AND r.id > q.after_reject_id AND r.id <= q.newest_reject_id
    AND (q.reason = '' OR r.reason = q.reason) AND (q.field = '' OR r.field = q.field)
    AND (q.account = '' OR r.account = q.account)
    AND (q.rejects IS NULL OR r.id = ANY(q.rejects))
ORDER BY r.id
LIMIT %(limit)s
