-- Every action that an officer may read of, by name: a walk over the index, and a look at each.
-- That a sandbox did something first is told by nothing, the choices of a filter included.
SELECT written.action
FROM (SELECT DISTINCT action FROM kernel_audit_entry) written
WHERE EXISTS (
    SELECT FROM kernel_audit_entry e
    WHERE e.action = written.action AND coalesce(e.organisation_id, 1) > 0
        AND e.object_type <> 'sandbox')
ORDER BY written.action
