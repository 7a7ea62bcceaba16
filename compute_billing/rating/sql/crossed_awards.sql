-- Awards that are used up, of which something is taken back that they paid for, while others pay
-- behind them: what came after it would have had that money, and asked less of those others.
WITH used_up AS MATERIALIZED (
    SELECT a.id, a.account_id, a.stacking_order
    FROM subsidies_award a JOIN subsidies_award_counter k ON k.award_id = a.id
    WHERE a.tenant_id = %(tenant_id)s AND k.granted = k.cap
        AND EXISTS (SELECT FROM subsidies_award behind WHERE behind.tenant_id = %(tenant_id)s
            AND (behind.stacking_order, behind.id) > (a.stacking_order, a.id))
), oldest AS MATERIALIZED (
    SELECT w.id, w.account_id, w.stacking_order, min(l.charge_id) AS since_id
    FROM rating_live l
    JOIN rating_charge_share s ON s.tenant_id = %(tenant_id)s
        AND s.recorded_month = l.recorded_month AND s.charge_id = l.charge_id
        AND s.payer_kind = 'award' AND s.amount > 0
    JOIN used_up w ON w.account_id = s.account_id
    WHERE (%(with_kept)s OR NOT l.is_kept)
        AND (%(starts_at)s::timestamptz IS NULL
            OR (l.segment_start < %(ends_at)s AND l.segment_end > %(starts_at)s))
    GROUP BY w.id, w.account_id, w.stacking_order
)
SELECT o.account_id, o.since_id, since.charges
FROM oldest o
CROSS JOIN LATERAL (
    SELECT count(*) AS charges, count(*) FILTER (WHERE c.id > o.since_id) AS newer,
        bool_or(EXISTS (
            SELECT FROM rating_charge_share b JOIN subsidies_award a ON a.account_id = b.account_id
            WHERE b.tenant_id = %(tenant_id)s AND b.recorded_month = c.recorded_month
                AND b.charge_id = c.id AND b.payer_kind = 'award'
                AND (a.stacking_order, a.id) > (o.stacking_order, o.id))) AS has_others
    FROM rating_charge_share s
    JOIN rating_charge c ON c.tenant_id = %(tenant_id)s AND c.recorded_month = s.recorded_month
        AND c.id = s.charge_id AND c.reverses_id IS NULL
    WHERE s.tenant_id = %(tenant_id)s AND s.payer_kind = 'award'
        AND s.account_id = o.account_id AND s.charge_id >= o.since_id
        AND c.quantity > (SELECT -coalesce(sum(e.quantity), 0) FROM rating_charge e
            WHERE e.tenant_id = %(tenant_id)s AND e.reverses_id = c.id)
) since
WHERE since.newer > 0 AND since.has_others
ORDER BY o.account_id
