-- A tenant's lots by their beginning, with what is left of each. A lot is known by its stage and
-- reference.
SELECT l.account_id, l.stage, a.subject AS reference, operator.code AS operator,
    operator.name AS operator_name, a.unit, l.granted, b.posted, b.held, l.starts_at,
    l.expires_at, coalesce('operator:' || funder.code, l.funded_by) AS funded_by,
    k.code AS cluster, k.name AS cluster_name, m.code AS card_type, p.code AS project,
    p.name AS project_name
FROM ledger_credit_lot l
JOIN ledger_account a ON a.id = l.account_id
JOIN ledger_balance b ON b.account_id = l.account_id
JOIN accounts_organisation operator ON operator.id = l.operator_id
-- Whoever reads of an operator is told its code, never its number.
LEFT JOIN accounts_organisation funder
    ON funder.id = substring(l.funded_by FROM '^operator:([0-9]+)$')::bigint
LEFT JOIN catalogue_cluster k ON k.id = l.cluster_id
LEFT JOIN catalogue_meter m ON m.id = l.meter_id
LEFT JOIN contracts_project p ON p.id = l.project_id
WHERE l.tenant_id = %(tenant_id)s
    AND (%(named)s::text IS NULL OR (a.subject = %(named)s AND a.unit = %(unit)s))
    AND (%(stage)s::text IS NULL OR l.stage = %(stage)s)
    AND (%(valid_at)s::timestamptz IS NULL OR (l.starts_at <= %(valid_at)s
        AND (l.expires_at IS NULL OR l.expires_at > %(valid_at)s)))
    AND (%(after_starts_at)s::timestamptz IS NULL OR (l.starts_at, l.stage, a.subject, a.unit)
        > (%(after_starts_at)s::timestamptz, %(after_stage)s::text, %(after_reference)s::text,
            %(after_unit)s::text))
ORDER BY l.starts_at, l.stage, a.subject, a.unit
LIMIT %(limit)s
