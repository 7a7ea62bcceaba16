-- Whose a record is, if it is one of these tenants'.
SELECT o.id AS tenant_id, o.code, o.name
FROM metering_usage_source s
JOIN metering_usage_key key ON key.source_id = s.id AND key.external_id = %(external_id)s
JOIN accounts_organisation o ON o.id = key.tenant_id
WHERE s.code = %(source)s
    AND (%(tenant_ids)s::bigint[] IS NULL AND key.tenant_id > 0
        OR key.tenant_id = ANY(%(tenant_ids)s::bigint[]))
