-- A day of a cash account closes on the sums of what each side told up to it; and where no
-- difference stands, its keeper has exactly what the books and what is set aside explain.
WITH step AS (
    SELECT account_id, day, CASE side WHEN 'told' THEN amount_fen ELSE 0 END AS told,
        CASE side WHEN 'booked' THEN amount_fen ELSE 0 END AS booked,
        CASE side WHEN 'aside' THEN amount_fen ELSE 0 END AS aside
    FROM cash_item
    UNION ALL
    SELECT account_id, day, 0, 0, 0 FROM cash_day
), closing AS (
    SELECT account_id, day, sum(sum(told)) OVER past AS told, sum(sum(booked)) OVER past AS booked,
        sum(sum(aside)) OVER past AS aside
    FROM step GROUP BY account_id, day
    WINDOW past AS (PARTITION BY account_id ORDER BY day)
), judged AS (
    SELECT a.custody, d.day, CASE
        WHEN d.told_opening_fen + d.told_moves_fen <> c.told
            OR d.booked_opening_fen + d.booked_moves_fen <> c.booked
            OR d.aside_opening_fen + d.aside_moves_fen <> c.aside
            THEN 'the day is not the sum of its items'
        WHEN c.told <> c.booked + c.aside AND NOT EXISTS (
            SELECT 1 FROM cash_difference f WHERE f.account_id = d.account_id
                AND f.first_day <= d.day AND (f.last_day IS NULL OR f.last_day > d.day))
            THEN 'the sides part and no difference says so' END AS problem
    FROM cash_day d
    JOIN cash_account a ON a.id = d.account_id
    JOIN closing c ON c.account_id = d.account_id AND c.day = d.day
)
SELECT custody, day, problem FROM judged WHERE problem IS NOT NULL
ORDER BY custody, day
LIMIT %(limit)s
