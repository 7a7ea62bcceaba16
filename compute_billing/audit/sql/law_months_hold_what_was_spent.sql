-- What budgets are compared with is the sum of the tenant's part of the charges: by month, and where
-- every row is looked at by project as well.
WITH charged AS (
    SELECT tenant_id, usage_month AS month, NULL::bigint AS project_id, sum(tenant) AS spent
    FROM verify_charged GROUP BY tenant_id, usage_month
    UNION ALL
    SELECT tenant_id, usage_month, coalesce(project_id, 0), sum(tenant)
    FROM rating_charge WHERE %(full)s GROUP BY tenant_id, usage_month, coalesce(project_id, 0)
), counted AS (
    SELECT tenant_id, month, NULL::bigint AS project_id, sum(spent) AS spent
    FROM budgets_month_spend GROUP BY tenant_id, month
    UNION ALL
    SELECT tenant_id, month, project_id, spent FROM budgets_month_spend WHERE %(full)s
)
SELECT coalesce(s.tenant_id, c.tenant_id) AS tenant_id, coalesce(s.month, c.month) AS month,
    coalesce(s.project_id, c.project_id) AS project_id, s.spent, c.spent AS charged
FROM counted s FULL JOIN charged c ON c.tenant_id = s.tenant_id AND c.month = s.month
    AND coalesce(c.project_id, -1) = coalesce(s.project_id, -1)
WHERE coalesce(s.spent, 0) <> coalesce(c.spent, 0)
ORDER BY 1, 2, 3
LIMIT %(limit)s
