-- Totals that sources of one world have given of their months, the newest first.
SELECT t.public_id, t.source_id, s.code AS source, s.name AS source_name, t.month, t.delivered_at,
    count(l.id) AS accounts, coalesce(sum(l.quantity), 0) AS quantity,
    NOT EXISTS (SELECT FROM metering_source_totals n
        WHERE n.source_id = t.source_id AND n.month = t.month AND n.id > t.id) AS is_newest
FROM metering_source_totals t
JOIN metering_usage_source s ON s.id = t.source_id AND (s.id < 0) = %(in_sandbox)s
LEFT JOIN metering_source_totals_line l ON l.totals_id = t.id
WHERE (%(public_id)s::uuid IS NULL OR t.public_id = %(public_id)s)
    AND (%(source)s::text IS NULL OR s.code = %(source)s)
    AND (%(month)s::date IS NULL OR t.month = %(month)s)
    AND (%(after)s::uuid IS NULL OR t.id < (
        SELECT id FROM metering_source_totals WHERE public_id = %(after)s))
GROUP BY t.id, s.code, s.name
ORDER BY t.id DESC
LIMIT %(limit)s
