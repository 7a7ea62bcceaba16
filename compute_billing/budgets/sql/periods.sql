-- The periods of budgets that share time with a stretch, with what was spent of each and what holds
-- have set aside of own money and credit. A hold counts in full in each period that it touches. The
-- hold that is about to be extended is named: it touches all periods up to the end of the stretch.
WITH period AS (
    SELECT b.id, min(m.month) AS month, max(m.month) AS until_month, min(m.starts_at) AS starts_at,
        max(m.ends_at) AS ends_at
    FROM budgets_budget b
    JOIN kernel_billing_month m ON m.month >= b.first_month
        AND m.month <= coalesce(b.last_month, m.month)
        AND (b.kind = 'term'
            OR m.starts_at < %(ends_at)s::timestamptz AND m.ends_at > %(starts_at)s::timestamptz)
    WHERE b.tenant_id = %(tenant_id)s AND b.ended_at IS NULL
        AND (%(budget_id)s::bigint IS NULL OR b.id = %(budget_id)s)
        AND (NOT %(stopping)s OR b.stops AND coalesce(b.project_id, %(project_id)s) = %(project_id)s)
    GROUP BY b.id, CASE WHEN b.kind = 'monthly' THEN m.month END
    HAVING min(m.starts_at) < %(ends_at)s::timestamptz
        AND max(m.ends_at) > %(starts_at)s::timestamptz
), hold AS MATERIALIZED (
    SELECT h.id, h.project_id, h.starts_at, CASE WHEN h.id = %(hold_id)s
            THEN greatest(h.covered_until, %(ends_at)s::timestamptz)
            ELSE h.covered_until END AS covered_until,
        sum(p.amount - p.captured - p.released) AS rest
    FROM ledger_hold h
    JOIN ledger_hold_part p ON p.hold_id = h.id
    JOIN ledger_account a ON a.id = p.account_id AND a.kind IN ('paid', 'credit')
    WHERE h.tenant_id = %(tenant_id)s AND h.state = 'open'
        AND EXISTS (SELECT FROM period)
    GROUP BY h.id
)
SELECT b.id AS budget_id, p.month, p.until_month, p.starts_at, p.ends_at, (
        SELECT coalesce(sum(s.spent), 0)::bigint FROM budgets_month_spend s
        WHERE s.tenant_id = b.tenant_id AND s.month BETWEEN p.month AND p.until_month
            AND (b.project_id IS NULL OR s.project_id = b.project_id)
    ) AS spent, (
        SELECT coalesce(sum(h.rest), 0)::bigint FROM hold h
        WHERE (b.project_id IS NULL OR h.project_id = b.project_id)
            AND h.starts_at < p.ends_at AND h.covered_until > p.starts_at
    ) AS held
FROM period p JOIN budgets_budget b ON b.id = p.id
ORDER BY b.id, p.month
