-- What tenants still owe, oldest debt first. What came back to an arrears account pays off the
-- oldest debts of that account; an account is of one cause (its subject), and owed to one operator.
WITH arrears_account AS (
    SELECT id, owner_id, subject, operator_id FROM ledger_account
    WHERE owner_kind = 'tenant' AND owner_id = ANY(%(tenant_ids)s) AND kind = 'arrears'
), debt AS (
    SELECT a.owner_id AS tenant_id, a.id AS account_id, a.subject AS cause, a.operator_id, p.id AS posting_id, p.transaction_id, p.unit,
        p.amount, sum(p.amount) OVER (PARTITION BY a.id ORDER BY p.id) AS running
    FROM arrears_account a JOIN ledger_posting p ON p.source_account_id = a.id
), cleared AS (
    SELECT a.id AS account_id, sum(p.amount) AS amount
    FROM arrears_account a JOIN ledger_posting p ON p.destination_account_id = a.id
    GROUP BY a.id
)
SELECT d.tenant_id, d.account_id, d.operator_id, o.code AS operator,
    o.name AS operator_name, d.cause, d.posting_id, d.transaction_id, t.occurred_at, d.unit,
    least(d.amount, d.running - coalesce(c.amount, 0))::bigint AS outstanding
FROM debt d
JOIN accounts_organisation o ON o.id = d.operator_id
JOIN ledger_transaction t ON t.id = d.transaction_id
LEFT JOIN cleared c ON c.account_id = d.account_id
WHERE d.running > coalesce(c.amount, 0)
ORDER BY d.posting_id
