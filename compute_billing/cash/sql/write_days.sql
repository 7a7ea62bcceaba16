-- The days of an account from a day up to another, each from the closing of the day before.
WITH before AS (
    SELECT coalesce(sum(amount_fen) FILTER (WHERE side = 'told'), 0) AS told,
        coalesce(sum(amount_fen) FILTER (WHERE side = 'booked'), 0) AS booked,
        coalesce(sum(amount_fen) FILTER (WHERE side = 'aside'), 0) AS aside
    FROM cash_item WHERE account_id = %(account_id)s AND day < %(from_day)s
), moves AS (
    SELECT d.day::date AS day,
        coalesce(sum(i.amount_fen) FILTER (WHERE i.side = 'told'), 0) AS told,
        coalesce(sum(i.amount_fen) FILTER (WHERE i.side = 'booked'), 0) AS booked,
        coalesce(sum(i.amount_fen) FILTER (WHERE i.side = 'aside'), 0) AS aside
    FROM generate_series(%(from_day)s::date, %(to_day)s::date, '1 day') AS d (day)
    LEFT JOIN cash_item i ON i.account_id = %(account_id)s AND i.day = d.day
    GROUP BY d.day
)
INSERT INTO cash_day (account_id, day, told_opening_fen, told_moves_fen, booked_opening_fen,
    booked_moves_fen, aside_opening_fen, aside_moves_fen, reconciled_at)
SELECT %(account_id)s, m.day,
    before.told + sum(m.told) OVER past - m.told, m.told,
    before.booked + sum(m.booked) OVER past - m.booked, m.booked,
    before.aside + sum(m.aside) OVER past - m.aside, m.aside, %(now)s
FROM moves m CROSS JOIN before
WINDOW past AS (ORDER BY m.day)
ON CONFLICT (account_id, day) DO UPDATE SET
    told_opening_fen = excluded.told_opening_fen, told_moves_fen = excluded.told_moves_fen,
    booked_opening_fen = excluded.booked_opening_fen, booked_moves_fen = excluded.booked_moves_fen,
    aside_opening_fen = excluded.aside_opening_fen, aside_moves_fen = excluded.aside_moves_fen,
    reconciled_at = excluded.reconciled_at
