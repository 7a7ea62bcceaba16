-- What is left of the parts of open holds goes back to their accounts, and the holds are closed.
WITH due AS (
    UPDATE ledger_hold SET state = %(state)s, closed_at = %(now)s
    WHERE id = ANY(%(hold_ids)s::bigint[]) AND state = 'open'
    RETURNING id
), part AS (
    SELECT p.id, p.account_id, p.amount - p.captured - p.released AS rest
    FROM ledger_hold_part p JOIN due ON due.id = p.hold_id
    WHERE p.amount > p.captured + p.released
), released AS (
    UPDATE ledger_hold_part p SET released = p.released + part.rest
    FROM part WHERE part.id = p.id
)
UPDATE ledger_balance b SET held = b.held - back.amount
FROM (SELECT account_id, sum(rest)::bigint AS amount FROM part GROUP BY account_id) back
WHERE b.account_id = back.account_id
