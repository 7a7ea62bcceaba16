-- A reminder asks for what its items were open for, at the highest of their levels, of one tenant.
SELECT n.id AS notice_id, n.amount, coalesce(sum(s.open), 0)::bigint AS items
FROM receivables_notice n
LEFT JOIN receivables_step s ON s.notice_id = n.id
GROUP BY n.id
HAVING n.amount <> coalesce(sum(s.open), 0) OR n.level IS DISTINCT FROM max(s.level)
    OR bool_or((s.tenant_id, s.operator_id) IS DISTINCT FROM (n.tenant_id, n.operator_id))
ORDER BY n.id
LIMIT %(limit)s
