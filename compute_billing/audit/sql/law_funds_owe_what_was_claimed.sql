-- What a fund owes a tenant in the books is what was claimed and not paid, less what is owed back.
WITH account AS (
    SELECT a.id, a.owner_id AS tenant_id, f.id AS fund_id
    FROM ledger_account a JOIN subsidies_fund f ON a.subject = 'fund:' || f.id
    WHERE a.kind = 'reimbursement' AND a.owner_kind = 'tenant'
), booked AS (
    SELECT a.tenant_id, a.fund_id, sum(CASE WHEN p.destination_account_id = a.id THEN p.amount
        ELSE -p.amount END) AS amount
    FROM account a
    JOIN ledger_posting p ON a.id IN (p.source_account_id, p.destination_account_id)
    GROUP BY a.tenant_id, a.fund_id
), expected AS (
    SELECT tenant_id, fund_id, sum(amount) AS amount FROM (
        SELECT claimant_id AS tenant_id, fund_id, amount - netted AS amount
        FROM settlement_claim WHERE kind = 'reimbursement' AND state <> 'paid'
        UNION ALL
        SELECT p.debtor_id, p.fund_id, p.settled - p.amount
        FROM settlement_clawback_part p JOIN settlement_clawback c ON c.id = p.clawback_id
        WHERE p.debtor_id = c.tenant_id
    ) owed GROUP BY tenant_id, fund_id
)
SELECT tenant_id, fund_id, coalesce(b.amount, 0) AS booked, coalesce(e.amount, 0) AS expected
FROM booked b FULL JOIN expected e USING (tenant_id, fund_id)
WHERE coalesce(b.amount, 0) <> coalesce(e.amount, 0)
ORDER BY tenant_id, fund_id
LIMIT %(limit)s
