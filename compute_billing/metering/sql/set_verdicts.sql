UPDATE usage_candidate c SET verdict = given.verdict
FROM unnest(%(positions)s::bigint[], %(verdicts)s::text[]) AS given (position, verdict)
WHERE c.position = given.position AND c.verdict = ''
