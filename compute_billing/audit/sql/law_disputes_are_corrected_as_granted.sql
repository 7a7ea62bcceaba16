-- What was granted is a correction of the disputed record, within the disputed time and the granted
-- span; an answer grants something unless it rejects; what is granted or settled has a grant.
SELECT *
FROM (
    SELECT d.id AS dispute_id, d.external_id, CASE
            WHEN c.id IS NULL THEN 'its correction is not in the books'
            WHEN c.corrects_id IS DISTINCT FROM d.usage_id THEN 'it corrects another record'
            ELSE 'it takes back another time' END AS problem
    FROM disputes_usage_dispute_grant g
    JOIN disputes_usage_dispute_answer a ON a.id = g.answer_id
    JOIN disputes_usage_dispute d ON d.id = a.dispute_id
    LEFT JOIN metering_usage_key k ON k.source_id = d.source_id AND k.external_id = g.correction
        AND k.usage_id = g.correction_usage_id
    LEFT JOIN metering_usage_record c ON c.tenant_id = k.tenant_id
        AND c.recorded_month = k.recorded_month AND c.id = k.usage_id
    WHERE c.id IS NULL OR c.corrects_id IS DISTINCT FROM d.usage_id
        OR (c.started_at, c.ended_at) IS DISTINCT FROM (g.granted_from, g.granted_until)
        OR g.granted_from < d.starts_at OR g.granted_until > d.ends_at
    UNION ALL
    SELECT d.id, d.external_id, a.verdict || CASE a.verdict
            WHEN 'rejected' THEN ' with a grant' ELSE ' without a grant' END
    FROM disputes_usage_dispute_answer a
    JOIN disputes_usage_dispute d ON d.id = a.dispute_id
    WHERE (a.verdict = 'rejected') = EXISTS (
        SELECT FROM disputes_usage_dispute_grant g WHERE g.answer_id = a.id)
    UNION ALL
    SELECT d.id, d.external_id, d.state || ' without a grant'
    FROM disputes_usage_dispute d
    WHERE d.state IN ('granted', 'settled')
        AND NOT EXISTS (SELECT FROM disputes_usage_dispute_answer a
            JOIN disputes_usage_dispute_grant g ON g.answer_id = a.id
            WHERE a.dispute_id = d.id)
) broken
ORDER BY dispute_id
LIMIT %(limit)s
