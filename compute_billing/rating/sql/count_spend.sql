-- What the tenant bears itself, by project and month of use: what budgets are compared with.
INSERT INTO budgets_month_spend (tenant_id, project_id, month, spent)
SELECT %(tenant_id)s, coalesce(project_id, 0), month, sum(gross - discount - programme)
FROM rating_segment GROUP BY coalesce(project_id, 0), month
HAVING sum(gross - discount - programme) <> 0
ON CONFLICT (tenant_id, project_id, month) DO UPDATE
SET spent = budgets_month_spend.spent + excluded.spent
