-- The awards that pay when a charge is made, in stacking order; the others are claimed afterwards.
SELECT w.id AS award_id, w.account_id, w.rate_ppm, w.cluster_id, w.meter_id, w.starts_at,
    least(w.ends_at, w.withdrawn_at) AS ends_at, c.basis, c.cap
FROM subsidies_award w JOIN subsidies_award_counter c ON c.award_id = w.id
WHERE w.tenant_id = %(tenant_id)s AND w.is_share
ORDER BY w.stacking_order, w.id FOR UPDATE OF c
