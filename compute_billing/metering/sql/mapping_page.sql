-- Whose a source's accounts are, by account and beginning; what has no beginning comes first.
SELECT m.account, o.code AS tenant, p.code AS project, lower(m.valid) AS valid_from,
    upper(m.valid) AS valid_until
FROM metering_source_account_mapping m
JOIN accounts_organisation o ON o.id = m.tenant_id
LEFT JOIN contracts_project p ON p.id = m.project_id
WHERE m.source_id = %(source_id)s AND NOT isempty(m.valid)
    AND (%(account)s::text IS NULL OR m.account = %(account)s)
    AND (%(tenant)s::text IS NULL OR o.code = %(tenant)s)
    AND (%(at)s::timestamptz IS NULL OR m.valid @> %(at)s::timestamptz)
    AND (%(after_account)s::text IS NULL OR (m.account, coalesce(lower(m.valid), '-infinity'))
        > (%(after_account)s, coalesce(%(after_from)s::timestamptz, '-infinity')))
ORDER BY m.account, coalesce(lower(m.valid), '-infinity')
LIMIT %(limit)s
