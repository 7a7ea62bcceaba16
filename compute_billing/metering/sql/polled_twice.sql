SELECT c.allocation_key
FROM usage_candidate c JOIN usage_allocation u ON u.key = c.allocation_key
WHERE c.verdict = '' AND NOT u.is_new AND u.metered_elapsed_ms > 0
GROUP BY c.allocation_key HAVING count(*) > 1
