-- Counters of caps that are not the sum of their reservations or pass their cap, and room that an
-- application still draws on although it is over; and what is counted as paid without its claims.
SELECT *
FROM (
    SELECT c.id AS counter_id, c.cap_name, 'it is not the sum of what decisions draw on it' AS problem
    FROM subsidies_cap_counter c
    LEFT JOIN (
        SELECT counter_id, sum(amount::numeric - paid - released) AS reserved,
            sum(paid::numeric) AS paid
        FROM subsidies_cap_reservation GROUP BY counter_id
    ) r ON r.counter_id = c.id
    WHERE c.reserved <> coalesce(r.reserved, 0) OR c.paid <> coalesce(r.paid, 0)
    UNION ALL
    SELECT c.id, c.cap_name, 'more is reserved and paid than the cap'
    FROM subsidies_cap_counter c
    WHERE c.reserved::numeric + c.paid > c.cap
    UNION ALL
    SELECT c.id, c.cap_name, 'an application that is over draws on it'
    FROM subsidies_cap_reservation r
    JOIN subsidies_cap_counter c ON c.id = r.counter_id
    JOIN applications_application a ON a.number = r.reference
    WHERE a.state NOT IN ('granted', 'notice', 'awarded') AND r.amount > r.paid + r.released
    UNION ALL
    SELECT r.counter_id, c.cap_name, 'paid is not what paid claims say'
    FROM subsidies_cap_reservation r
    JOIN subsidies_cap_counter c ON c.id = r.counter_id
    LEFT JOIN (
        SELECT a.reference, sum(l.amount::numeric) AS amount
        FROM subsidies_award a
        JOIN settlement_claim_line l ON l.award_id = a.id
        JOIN settlement_claim k ON k.id = l.claim_id AND k.state = 'paid'
        GROUP BY a.reference
    ) claimed ON claimed.reference = r.reference
    WHERE r.paid <> coalesce(claimed.amount, 0)
) broken
ORDER BY counter_id, problem
LIMIT %(limit)s
