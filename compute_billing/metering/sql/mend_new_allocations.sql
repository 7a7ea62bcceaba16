-- New allocations were made with the end of all their candidates; when some were refused, the
-- frontier is where the accepted ones end.
UPDATE metering_allocation a SET metered_until = last.ended_at
FROM (
    SELECT u.id, max(c.ended_at) AS ended_at
    FROM usage_candidate c JOIN usage_allocation u ON u.key = c.allocation_key
    WHERE u.is_new AND c.verdict = '' GROUP BY u.id
) last
WHERE a.id = last.id AND a.metered_until <> last.ended_at
