-- Which of the usage is of a job with a hold: the open one before those that are over, the newest
-- before older ones.
INSERT INTO rating_held (usage_id, hold_id)
SELECT DISTINCT ON (u.usage_id) u.usage_id, h.id
FROM rating_usage u
JOIN metering_allocation a ON a.id = u.allocation_id
JOIN ledger_hold h ON h.tenant_id = %(tenant_id)s AND h.allocation_key = a.key
    AND h.cluster_id = u.cluster_id AND h.meter_id = u.meter_id
    AND h.project_id IS NOT DISTINCT FROM u.project_id
ORDER BY u.usage_id, h.state = 'open' DESC, h.id DESC
