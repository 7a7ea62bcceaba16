-- A poll that comes after the finished record says nothing new, unless it contradicts the end.
UPDATE usage_candidate c
SET verdict = CASE
    WHEN c.ended_at <= u.metered_until THEN 'duplicate'
    WHEN c.ended_at > u.ended_at THEN 'observed_after_end'
    ELSE '' END
FROM usage_allocation u
WHERE c.verdict = '' AND c.is_running AND NOT u.is_new AND u.key = c.allocation_key
