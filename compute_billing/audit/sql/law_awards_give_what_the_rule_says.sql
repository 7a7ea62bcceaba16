-- Of awards that pay when a charge is made: granted = sum of the award's shares = S(basis) = min(cap, R(rate x basis)), never above the cap.
WITH shared AS (
    SELECT account_id, sum(amount) AS amount
    FROM verify_shared WHERE payer_kind = 'award' GROUP BY account_id
)
SELECT a.id AS award_id, a.reference, k.granted, coalesce(s.amount, 0) AS shares, k.basis, k.cap
FROM subsidies_award a
LEFT JOIN subsidies_award_counter k ON k.award_id = a.id
LEFT JOIN shared s ON s.account_id = a.account_id
WHERE k.award_id IS NULL
    OR k.cap <> a.cap_micro
    OR k.granted > k.cap
    OR (NOT a.is_share AND s.amount IS NOT NULL)
    OR (a.is_share AND (k.granted <> coalesce(s.amount, 0)
        OR k.granted <> least(k.cap, div(2 * k.basis::numeric * a.rate_ppm + 1000000, 2000000))))
ORDER BY a.id
LIMIT %(limit)s
