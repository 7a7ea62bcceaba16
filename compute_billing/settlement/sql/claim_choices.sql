-- Programmes, budget years and months of the claims that there are: a few rows a month.
SELECT DISTINCT p.code, p.name, f.budget_year, c.period AS month
FROM settlement_claim c
JOIN subsidies_fund f ON f.id = c.fund_id
JOIN subsidies_programme p ON p.id = f.programme_id
