-- What was granted is a correction of the disputed record, within the disputed time and the granted
-- span; what is granted or settled has a grant.
SELECT *
FROM (
    SELECT d.id AS dispute_id, d.external_id, CASE
            WHEN c.id IS NULL THEN 'its correction is not in the books'
            WHEN c.corrects_id IS DISTINCT FROM d.usage_id THEN 'it corrects another record'
            ELSE 'it takes back another time' END AS problem
    FROM disputes_usage_dispute_answer a
    JOIN disputes_usage_dispute d ON d.id = a.dispute_id
    LEFT JOIN metering_usage_key k ON k.source_id = d.source_id AND k.external_id = a.correction
        AND k.usage_id = a.correction_usage_id
    LEFT JOIN metering_usage_record c ON c.tenant_id = k.tenant_id
        AND c.recorded_month = k.recorded_month AND c.id = k.usage_id
    WHERE a.correction_usage_id IS NOT NULL
        AND (c.id IS NULL OR c.corrects_id IS DISTINCT FROM d.usage_id
            OR (c.started_at, c.ended_at) IS DISTINCT FROM (a.granted_from, a.granted_until)
            OR a.granted_from < d.starts_at OR a.granted_until > d.ends_at)
    UNION ALL
    SELECT d.id, d.external_id, d.state || ' without a grant'
    FROM disputes_usage_dispute d
    WHERE d.state IN ('granted', 'settled')
        AND NOT EXISTS (SELECT FROM disputes_usage_dispute_answer a
            WHERE a.dispute_id = d.id AND a.correction_usage_id IS NOT NULL)
) broken
ORDER BY dispute_id
LIMIT %(limit)s
