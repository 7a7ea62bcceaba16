-- An award is asked to share in what the net price leaves after the awards before it; a reversal
-- takes back no more than its charge has left. Reckoned over all charges of a tenant, and so for
-- those alone whose every share of an award is in scope; the others are held by what they gave.
WITH touched AS (
    SELECT tenant_id
    FROM verify_shared h LEFT JOIN verify_scope v USING (tenant_id, recorded_month)
    WHERE h.payer_kind = 'award'
    GROUP BY tenant_id HAVING bool_and(v.tenant_id IS NOT NULL)
), asked AS (
    SELECT a.id AS award_id, a.stacking_order, c.tenant_id, c.id AS charge_id, c.reverses_id,
        c.reverses_recorded_month, c.gross - c.discount - coalesce(sum(s.amount) OVER (
            PARTITION BY s.tenant_id, s.recorded_month, s.charge_id
            ORDER BY a.stacking_order, a.id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS need
    FROM touched
    JOIN rating_charge_share s ON s.tenant_id = touched.tenant_id AND s.payer_kind = 'award'
        AND s.recorded_month = ANY(%(months)s::date[])
    JOIN subsidies_award a ON a.account_id = s.account_id
    JOIN rating_charge c ON c.tenant_id = s.tenant_id AND c.recorded_month = s.recorded_month
        AND c.id = s.charge_id
), counted AS (
    SELECT award_id, need FROM asked WHERE reverses_id IS NULL
    UNION ALL
    SELECT r.award_id, -least(-r.need, greatest(0, family.net - family.shared))
    FROM asked r
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(f.gross - f.discount), 0) AS net,
            coalesce(sum(earlier.amount), 0) AS shared
        FROM rating_charge f
        LEFT JOIN LATERAL (
            SELECT sum(s.amount) AS amount
            FROM rating_charge_share s JOIN subsidies_award a ON a.account_id = s.account_id
            WHERE s.tenant_id = f.tenant_id AND s.recorded_month = f.recorded_month
                AND s.charge_id = f.id AND s.payer_kind = 'award'
                AND (a.stacking_order, a.id) < (r.stacking_order, r.award_id)
        ) earlier ON true
        WHERE f.tenant_id = r.tenant_id AND f.id < r.charge_id
            AND (f.reverses_id = r.reverses_id
                OR (f.id = r.reverses_id AND f.recorded_month = r.reverses_recorded_month))
    ) family
    WHERE r.reverses_id IS NOT NULL
), basis AS (
    SELECT award_id, sum(need) AS amount FROM counted GROUP BY award_id
)
SELECT a.id AS award_id, a.reference, k.basis, coalesce(b.amount, 0) AS asked
FROM subsidies_award a
JOIN subsidies_award_counter k ON k.award_id = a.id
LEFT JOIN basis b ON b.award_id = a.id
WHERE a.is_share AND k.basis <> coalesce(b.amount, 0)
    AND (b.award_id IS NOT NULL
        OR NOT EXISTS (SELECT FROM verify_shared s WHERE s.account_id = a.account_id))
ORDER BY a.id
LIMIT %(limit)s
