-- Set parts aside on their accounts; the CHECK on the balance refuses what is not there. More of an
-- account that the hold has a part on already makes that part larger.
WITH wanted AS (
    SELECT account_id, amount, position
    FROM unnest(%(account_ids)s::bigint[], %(amounts)s::bigint[])
        WITH ORDINALITY AS w (account_id, amount, position)
), part AS (
    INSERT INTO ledger_hold_part (hold_id, account_id, position, amount, captured, released)
    SELECT %(hold_id)s, account_id, position + (
        SELECT coalesce(max(p.position), 0) FROM ledger_hold_part p WHERE p.hold_id = %(hold_id)s
    ), amount, 0, 0 FROM wanted
    ON CONFLICT (hold_id, account_id) DO UPDATE
    SET amount = ledger_hold_part.amount + excluded.amount
)
UPDATE ledger_balance b SET held = b.held + wanted.amount
FROM wanted WHERE b.account_id = wanted.account_id
