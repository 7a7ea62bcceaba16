-- Some organisations; without a list, those who ever used anything.
SELECT o.id AS tenant_id, o.code, o.name
FROM accounts_organisation o
WHERE o.id = ANY(%(tenant_ids)s::bigint[])
    OR (%(tenant_ids)s::bigint[] IS NULL AND o.id > 0
        AND EXISTS (SELECT FROM metering_usage_record u WHERE u.tenant_id = o.id))
ORDER BY o.name, o.code
