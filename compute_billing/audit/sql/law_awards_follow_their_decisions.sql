-- Awards of applications that nobody decided so, or too early.
WITH awarded AS (
    SELECT a.id, a.number, a.tenant_id, a.award_id, p.id AS proposal_id, p.verdict,
        p.approvals_needed, p.amount_micro, p.rate_ppm, p.fund_id, n.id AS notice_id, n.closes_on
    FROM applications_application a
    LEFT JOIN LATERAL (
        SELECT * FROM applications_proposal p WHERE p.application_id = a.id
        ORDER BY p.number DESC LIMIT 1
    ) p ON true
    LEFT JOIN applications_notice n ON n.proposal_id = p.id
    WHERE a.state = 'awarded'
)
SELECT *
FROM (
    SELECT number, 'too few approved' AS problem FROM awarded w
    WHERE w.verdict IS DISTINCT FROM 'grant' OR w.approvals_needed > (
        SELECT count(*) FROM applications_approval o
        WHERE o.proposal_id = w.proposal_id AND o.agrees)
    UNION ALL
    SELECT number, 'awarded before its notice had ended' FROM awarded w
    LEFT JOIN subsidies_award t ON t.id = w.award_id
    WHERE w.notice_id IS NULL
        OR (t.approved_at AT TIME ZONE 'Asia/Shanghai')::date <= w.closes_on
    UNION ALL
    SELECT number, 'an objection stands against it' FROM awarded w
    WHERE EXISTS (
        SELECT FROM applications_objection o
        WHERE o.notice_id = w.notice_id AND o.outcome IN ('pending', 'upheld'))
    UNION ALL
    SELECT number, 'the award is not what was decided' FROM awarded w
    LEFT JOIN subsidies_award t ON t.id = w.award_id
    WHERE (t.tenant_id, t.reference, t.cap_micro, t.rate_ppm, t.fund_id) IS DISTINCT FROM
        (w.tenant_id, w.number, w.amount_micro, w.rate_ppm, w.fund_id)
) broken
ORDER BY number, problem
LIMIT %(limit)s
