-- Whose compute a lot buys is who was paid for it, or who granted it: the other side of its grant.
-- Foreign keys are asked at once, because a table with questions waiting cannot be altered.
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE ledger_credit_lot l SET operator_id = s.owner_id
FROM ledger_posting p
JOIN ledger_transaction t ON t.id = p.transaction_id
    AND t.kind IN ('top_up', 'promotion_grant', 'in_kind_grant')
JOIN ledger_account s ON s.id = p.source_account_id AND s.owner_kind = 'operator'
WHERE p.destination_account_id = l.account_id;

-- Arrears are owed to who earned what they pay for. Accounts are append-only, but this one time.
SELECT allow_changes('ledger_account');
UPDATE ledger_account a SET operator_id = coalesce((
        SELECT min(e.owner_id) FROM ledger_posting p
        JOIN ledger_account e ON e.id = p.destination_account_id AND e.owner_kind = 'operator'
        WHERE p.source_account_id = a.id), (
        SELECT min(l.operator_id) FROM ledger_credit_lot l WHERE l.tenant_id = a.owner_id))
WHERE a.kind = 'arrears';
SELECT forbid_changes('ledger_account');
