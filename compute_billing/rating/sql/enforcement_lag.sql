-- How long jobs ran on behind what was set aside for them, of cases that ended since an instant.
SELECT count(*) AS jobs, avg(greatest(c.job_ended_at - c.exhausted_at, interval '0')) AS mean,
    max(greatest(c.job_ended_at - c.exhausted_at, interval '0')) AS longest
FROM rating_exhausted_hold c
JOIN ledger_hold h ON h.id = c.hold_id AND h.tenant_id > 0
WHERE c.state = 'ended' AND c.closed_at >= %(since)s
