DELETE FROM metering_allocation a USING usage_allocation u
WHERE a.id = u.id AND u.is_new AND NOT EXISTS (
    SELECT FROM usage_candidate c WHERE c.verdict = '' AND c.allocation_key = u.key)
