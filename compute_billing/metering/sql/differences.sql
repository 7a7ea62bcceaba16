-- A source's own totals of a month beside what stands in the books, by tenant; accounts that nobody
-- has are one line without a tenant. A record that passes a border of the month is cut there by
-- cumulative differences. An explanation holds while both figures are those that were explained.
WITH totals AS MATERIALIZED (
    SELECT t.id, t.source_id, t.month, m.starts_at, m.ends_at
    FROM metering_source_totals t JOIN kernel_billing_month m ON m.month = t.month
    WHERE t.public_id = %(public_id)s
), stated AS (
    SELECT owner.tenant_id, sum(l.quantity) AS quantity,
        array_agg(l.account ORDER BY l.account) AS accounts
    FROM totals t
    JOIN metering_source_totals_line l ON l.totals_id = t.id
    LEFT JOIN LATERAL (
        SELECT p.tenant_id FROM metering_source_account_mapping p
        WHERE p.source_id = t.source_id AND p.account = l.account
            AND p.valid && tstzrange(t.starts_at, t.ends_at)
        ORDER BY lower(p.valid) DESC NULLS LAST LIMIT 1) AS owner ON true
    GROUP BY owner.tenant_id
), recorded AS (
    SELECT u.tenant_id, sum(
        round(u.quantity * extract(epoch FROM least(u.ended_at, t.ends_at) - u.started_at)
            / extract(epoch FROM u.ended_at - u.started_at))
        - round(u.quantity * extract(epoch FROM greatest(u.started_at, t.starts_at) - u.started_at)
            / extract(epoch FROM u.ended_at - u.started_at))) AS quantity
    FROM totals t
    JOIN metering_usage_record u ON u.source_id = t.source_id
        AND u.started_at < t.ends_at AND u.ended_at > t.starts_at
        AND u.recorded_month >= t.month - interval '1 month'
    GROUP BY u.tenant_id
), beside AS (
    SELECT coalesce(s.tenant_id, r.tenant_id) AS tenant_id, coalesce(s.accounts, '{}') AS accounts,
        coalesce(s.quantity, 0) AS stated, coalesce(r.quantity, 0) AS recorded
    FROM stated s FULL JOIN recorded r ON r.tenant_id = s.tenant_id
)
SELECT coalesce(o.code, '') AS tenant, coalesce(o.name, '') AS tenant_name, b.accounts, b.stated,
    b.recorded, e.reason, e.decided_at
FROM beside b
CROSS JOIN totals t
LEFT JOIN accounts_organisation o ON o.id = b.tenant_id
LEFT JOIN metering_difference_resolution e ON e.source_id = t.source_id AND e.month = t.month
    AND e.tenant_id IS NOT DISTINCT FROM b.tenant_id AND e.stated = b.stated
    AND e.recorded = b.recorded
ORDER BY abs(b.stated - b.recorded) DESC, o.code NULLS FIRST
