-- Money moves between a lot or arrears and accounts of the operator that they name, and no other's.
-- Debts were split by operator once, when accounts began to name theirs.
WITH named AS (
    SELECT account_id AS id, operator_id FROM ledger_credit_lot
    UNION ALL
    SELECT id, operator_id FROM ledger_account WHERE kind = 'arrears'
)
SELECT p.id AS posting_id, p.transaction_id, p.source_account_id, p.destination_account_id, p.amount
FROM ledger_posting p
JOIN ledger_account s ON s.id = p.source_account_id
JOIN ledger_account d ON d.id = p.destination_account_id
LEFT JOIN named s_named ON s_named.id = s.id
LEFT JOIN named d_named ON d_named.id = d.id
LEFT JOIN ledger_transaction t ON t.id = p.transaction_id
WHERE (s_named.id IS NOT NULL OR d_named.id IS NOT NULL)
    AND coalesce(s_named.operator_id, CASE WHEN s.owner_kind = 'operator' THEN s.owner_id END)
        IS DISTINCT FROM
        coalesce(d_named.operator_id, CASE WHEN d.owner_kind = 'operator' THEN d.owner_id END)
    -- What lots pay back of credit is looked at per operator (credit_is_owed_to_operators).
    AND 'credit' NOT IN (s.kind, d.kind)
    -- A fund of card time grants what any operator's cards give.
    AND NOT (s.kind = 'fund' AND d.kind = 'in_kind')
    AND NOT (t.kind IS NOT DISTINCT FROM 'arrears_split' AND s.kind = 'arrears'
        AND d.kind = 'arrears')
ORDER BY p.id
LIMIT %(limit)s
