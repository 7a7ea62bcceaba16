-- Whose an account of a source is for use that begins at an instant.
SELECT o.code AS tenant, o.name AS tenant_name
FROM metering_usage_source s
JOIN metering_source_account_mapping m ON m.source_id = s.id AND m.account = %(account)s
    AND m.valid @> %(at)s::timestamptz
JOIN accounts_organisation o ON o.id = m.tenant_id
WHERE s.code = %(source)s
