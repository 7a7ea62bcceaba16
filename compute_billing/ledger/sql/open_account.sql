-- Whoever comes second waits for the first to commit and gets no row here; a floored account
-- never exists without its balance.
WITH made AS (
    INSERT INTO ledger_account (owner_kind, owner_id, kind, subject, unit, has_floor,
        operator_id)
    VALUES (%(owner_kind)s, %(owner_id)s, %(kind)s, %(subject)s, %(unit)s, %(has_floor)s,
        %(operator_id)s)
    ON CONFLICT (owner_kind, owner_id, kind, subject, unit, operator_id) DO NOTHING
    RETURNING id, has_floor
), balance AS (
    INSERT INTO ledger_balance (account_id, posted, held, floor, version)
    SELECT id, 0, 0, 0, 0 FROM made WHERE has_floor
)
SELECT id FROM made
