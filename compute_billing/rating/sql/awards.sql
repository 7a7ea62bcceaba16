SELECT w.id AS award_id, w.account_id, w.rate_ppm, w.cluster_id, w.meter_id, w.starts_at,
    w.ends_at, c.basis, c.cap
FROM subsidies_award w JOIN subsidies_award_counter c ON c.award_id = w.id
WHERE w.tenant_id = %(tenant_id)s
ORDER BY w.stacking_order, w.id FOR UPDATE OF c
