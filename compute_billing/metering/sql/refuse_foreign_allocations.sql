-- A job belongs to one tenant.
UPDATE usage_candidate c SET verdict = 'allocation_of_another_tenant'
FROM usage_allocation u
WHERE c.verdict = '' AND c.allocation_key = u.key AND u.tenant_id <> c.tenant_id
