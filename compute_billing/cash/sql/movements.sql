-- What both sides say of a day, movement by movement, and the difference that stands for it;
-- from behind one on.
SELECT i.key,
    coalesce(string_agg(i.reference, ', ' ORDER BY i.id) FILTER (WHERE i.side = 'told'), '')
        AS told_reference,
    coalesce(string_agg(i.reference, ', ' ORDER BY i.id) FILTER (WHERE i.side <> 'told'), '')
        AS booked_reference,
    coalesce(sum(i.amount_fen) FILTER (WHERE i.side = 'told'), 0)::bigint AS told_fen,
    coalesce(sum(i.amount_fen) FILTER (WHERE i.side IN ('booked', 'paired')), 0)::bigint
        AS booked_fen,
    coalesce(sum(i.amount_fen) FILTER (WHERE i.side = 'aside'), 0)::bigint AS aside_fen,
    (SELECT d.public_id FROM cash_difference d
        WHERE d.account_id = a.id AND d.key = i.key AND d.first_day <= %(day)s
            AND (d.last_day IS NULL OR d.last_day >= %(day)s)
        ORDER BY d.id DESC LIMIT 1) AS difference_id
FROM cash_account a JOIN cash_item i ON i.account_id = a.id
WHERE a.public_id = %(account_id)s AND i.day = %(day)s
GROUP BY a.id, i.key
HAVING min(i.id) > coalesce((SELECT min(l.id) FROM cash_item l
    WHERE l.account_id = a.id AND l.day = %(day)s AND l.key = %(after)s), 0)
ORDER BY min(i.id)
LIMIT %(limit)s
