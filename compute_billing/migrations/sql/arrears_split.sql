-- An account that was owed to several operators keeps what is owed to the first. What is still owed
-- to each other moves to an account of its own, by one posting that says so.
CREATE TEMP TABLE arrears_to_split ON COMMIT DROP AS
WITH debt AS (
    SELECT a.id, a.owner_id, a.subject, a.unit, a.operator_id AS first_id, e.owner_id AS operator_id,
        p.amount, sum(p.amount) OVER (PARTITION BY a.id ORDER BY p.id) AS running, coalesce((
            SELECT sum(c.amount) FROM ledger_posting c WHERE c.destination_account_id = a.id), 0
        ) AS cleared
    FROM ledger_account a
    JOIN ledger_posting p ON p.source_account_id = a.id
    JOIN ledger_account e ON e.id = p.destination_account_id AND e.owner_kind = 'operator'
    WHERE a.kind = 'arrears'
)
SELECT id AS account_id, owner_id, subject, unit, operator_id,
    sum(least(amount, running - cleared))::bigint AS amount,
    'split:' || id || ':' || operator_id AS reference
FROM debt WHERE operator_id <> first_id AND running > cleared
GROUP BY id, owner_id, subject, unit, operator_id;

INSERT INTO ledger_account (owner_kind, owner_id, kind, subject, unit, has_floor, operator_id)
SELECT DISTINCT 'tenant', owner_id, 'arrears', subject, unit, false, operator_id FROM arrears_to_split;

INSERT INTO ledger_transaction (kind, reference, occurred_at, recorded_at)
SELECT 'arrears_split', reference, now(), now() FROM arrears_to_split;

INSERT INTO ledger_posting (transaction_id, source_account_id, destination_account_id, unit, amount)
SELECT t.id, n.id, s.account_id, s.unit, s.amount
FROM arrears_to_split s
JOIN ledger_transaction t ON t.kind = 'arrears_split' AND t.reference = s.reference
JOIN ledger_account n ON n.kind = 'arrears' AND n.owner_kind = 'tenant' AND n.owner_id = s.owner_id
    AND n.subject = s.subject AND n.unit = s.unit AND n.operator_id = s.operator_id;
DROP TABLE arrears_to_split;
