-- A paid claim stands in the books under its public id, less what was kept back of it: cash to its
-- claimant out of its programme, or what a tenant was owed, which the treasury paid.
WITH paid AS (
    SELECT c.public_id::text AS reference, c.id AS claim_id, c.claimant_id, f.programme_id,
        (c.amount - c.netted)::numeric AS amount
    FROM settlement_claim c JOIN subsidies_fund f ON f.id = c.fund_id
    WHERE c.state = 'paid' AND c.amount <> c.netted
), moved AS (
    SELECT t.reference, t.id AS transaction_id, sum(
            CASE WHEN d.kind IN ('cash', 'reimbursement') AND s.kind = 'appropriation' THEN -p.amount
                WHEN s.kind IN ('cash', 'reimbursement') AND d.kind = 'appropriation' THEN p.amount END) AS amount,
        max(CASE s.kind WHEN 'appropriation' THEN d.owner_id ELSE s.owner_id END) AS claimant_id,
        max(CASE s.kind WHEN 'appropriation' THEN s.owner_id ELSE d.owner_id END) AS programme_id
    FROM ledger_transaction t
    LEFT JOIN ledger_posting p ON p.transaction_id = t.id
    LEFT JOIN ledger_account s ON s.id = p.source_account_id
    LEFT JOIN ledger_account d ON d.id = p.destination_account_id
    WHERE t.kind = 'claim_paid'
    GROUP BY t.id, t.reference
)
SELECT c.claim_id, m.transaction_id, c.amount AS claimed, m.amount AS posted
FROM paid c FULL JOIN moved m USING (reference)
WHERE (c.amount, c.claimant_id, c.programme_id)
    IS DISTINCT FROM (m.amount, m.claimant_id, m.programme_id)
ORDER BY c.claim_id, m.transaction_id
LIMIT %(limit)s
