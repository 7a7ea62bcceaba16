-- Holds with what is left of them, the newest first: of a tenant and on an operator's compute, or of
-- some tenants, or of all in the real world. The page is cut before names are looked up for it.
WITH asked AS MATERIALIZED (
    SELECT h.*, part.held, part.captured, part.held_card_time, part.captured_card_time
    FROM ledger_hold h
    CROSS JOIN LATERAL (
        SELECT
            coalesce(sum(w.amount - w.captured - w.released) FILTER (WHERE a.unit = 'CNY'), 0)::bigint
                AS held,
            coalesce(sum(w.captured) FILTER (WHERE a.unit = 'CNY'), 0)::bigint AS captured,
            coalesce(sum(w.amount - w.captured - w.released) FILTER (WHERE a.unit <> 'CNY'), 0)::bigint
                AS held_card_time,
            coalesce(sum(w.captured) FILTER (WHERE a.unit <> 'CNY'), 0)::bigint AS captured_card_time
        FROM ledger_hold_part w JOIN ledger_account a ON a.id = w.account_id
        WHERE w.hold_id = h.id
    ) part
    WHERE CASE WHEN %(organisation_id)s::bigint IS NOT NULL
            THEN h.tenant_id = %(organisation_id)s OR h.operator_id = %(organisation_id)s
            WHEN %(tenant_ids)s::bigint[] IS NOT NULL THEN h.tenant_id = ANY(%(tenant_ids)s)
            ELSE h.tenant_id > 0 END
        AND (%(is_used)s::boolean IS NULL
            OR (part.captured > 0 OR part.captured_card_time > 0) = %(is_used)s)
        AND (%(public_id)s::uuid IS NULL OR h.public_id = %(public_id)s)
        AND (%(state)s::text IS NULL OR h.state = %(state)s)
        AND (%(after)s::uuid IS NULL OR h.public_id < %(after)s)
    ORDER BY h.public_id DESC
    LIMIT %(limit)s
)
SELECT h.public_id, t.code AS tenant, t.name AS tenant_name, o.code AS operator,
    o.name AS operator_name, k.code AS cluster, k.name AS cluster_name, m.code AS card_type,
    p.code AS project, p.name AS project_name, h.reference, h.allocation_key, h.milli_cards, h.starts_at, h.covered_until,
    h.expires_at, h.ended_at, h.state, h.held, h.captured, h.held_card_time,
    h.captured_card_time
FROM asked h
JOIN accounts_organisation t ON t.id = h.tenant_id
JOIN accounts_organisation o ON o.id = h.operator_id
JOIN catalogue_cluster k ON k.id = h.cluster_id
JOIN catalogue_meter m ON m.id = h.meter_id
LEFT JOIN contracts_project p ON p.id = h.project_id
ORDER BY h.public_id DESC
