-- Nothing leaves a month, so that more charges than were sealed came after it; a tenant's runs
-- follow one another, so that the last ones brought them.
SELECT tenant_id, month, sealed_charges, charges, last_run_id
FROM verify_closed WHERE charges > sealed_charges
ORDER BY tenant_id, month
LIMIT %(limit)s
