-- What a draft would have changed for each tenant, the largest change first, from behind a tenant on.
WITH effect AS (
    SELECT o.code AS tenant, o.name AS tenant_name, f.quantity, f.gross_before, f.gross_after,
        abs(f.gross_after - f.gross_before) AS change
    FROM rating_price_draft_effect f
    JOIN catalogue_price_draft d ON d.id = f.draft_id
    JOIN accounts_organisation o ON o.id = f.tenant_id
    WHERE d.public_id = %(public_id)s
)
SELECT tenant, tenant_name, quantity, gross_before, gross_after
FROM effect
WHERE %(after)s::text IS NULL
    OR (-change, tenant) > (SELECT -last.change, last.tenant FROM effect last
        WHERE last.tenant = %(after)s)
ORDER BY change DESC, tenant
LIMIT %(limit)s
