-- Charges beyond the sealed number are the next law's affair.
SELECT tenant_id, month, sealed::text AS sealed, found::text AS found
FROM verify_closed WHERE NOT seal_holds AND charges <= sealed_charges
ORDER BY tenant_id, month
LIMIT %(limit)s
