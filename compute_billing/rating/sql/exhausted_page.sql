-- Cases of running jobs whose hold could not be extended, the newest first: those of a tenant and
-- on an operator's compute, or of everybody in the real world. The lag of an open case grows.
SELECT c.public_id, h.public_id AS hold, t.code AS tenant, t.name AS tenant_name,
    o.code AS operator, k.code AS cluster, k.name AS cluster_name, m.code AS card_type,
    h.reference, h.allocation_key, h.milli_cards, c.state, c.cause, c.noted_at, c.exhausted_at,
    c.refused_at, c.refusals, c.asked_until,
    c.shortfall, c.job_ended_at, c.closed_at,
    CASE c.state WHEN 'open' THEN greatest(%(now)s - c.exhausted_at, interval '0')
        WHEN 'ended' THEN greatest(c.job_ended_at - c.exhausted_at, interval '0') END AS lag
FROM rating_exhausted_hold c
JOIN ledger_hold h ON h.id = c.hold_id
JOIN accounts_organisation t ON t.id = h.tenant_id
JOIN accounts_organisation o ON o.id = h.operator_id
JOIN catalogue_cluster k ON k.id = h.cluster_id
JOIN catalogue_meter m ON m.id = h.meter_id
WHERE (%(organisation_id)s::bigint IS NULL AND h.tenant_id > 0
        OR h.tenant_id = %(organisation_id)s OR h.operator_id = %(organisation_id)s)
    AND (%(is_open)s::boolean IS NULL OR (c.state = 'open') = %(is_open)s)
    AND (%(tenant)s = '' OR t.code = %(tenant)s)
    AND (%(cluster)s = '' OR k.code = %(cluster)s)
    AND (%(after)s::uuid IS NULL OR c.public_id < %(after)s)
ORDER BY c.public_id DESC
LIMIT %(limit)s
