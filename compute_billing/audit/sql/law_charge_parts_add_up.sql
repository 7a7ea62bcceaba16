WITH part AS (
    SELECT s.tenant_id, s.recorded_month, s.charge_id AS id,
        coalesce(sum(amount) FILTER (WHERE unit = 'CNY'), 0) AS money,
        coalesce(sum(amount) FILTER (WHERE payer_kind = 'in_kind' AND unit <> 'CNY'), 0)
            AS in_kind,
        coalesce(sum(amount) FILTER (WHERE payer_kind = 'promotion'), 0) AS discount,
        coalesce(sum(amount) FILTER (WHERE payer_kind = 'award'), 0) AS programme,
        coalesce(sum(amount) FILTER (WHERE payer_kind IN ('paid', 'credit', 'arrears')), 0)
            AS tenant
    FROM verify_scope v JOIN rating_charge_share s USING (tenant_id, recorded_month)
    WHERE s.recorded_month = ANY(%(months)s::date[])
    GROUP BY s.tenant_id, s.recorded_month, s.charge_id
), charge AS (
    SELECT c.* FROM verify_scope v JOIN rating_charge c USING (tenant_id, recorded_month)
    WHERE c.recorded_month = ANY(%(months)s::date[])
)
SELECT tenant_id, recorded_month, id AS charge_id, c.gross, p.money AS shares
FROM charge c FULL JOIN part p USING (tenant_id, recorded_month, id)
WHERE c.gross IS NULL
    OR c.gross <> c.discount + c.programme + c.tenant
    OR (coalesce(p.money, 0), coalesce(p.in_kind, 0), coalesce(p.discount, 0),
        coalesce(p.programme, 0), coalesce(p.tenant, 0))
        <> (c.gross, c.quantity_in_kind, c.discount, c.programme, c.tenant)
ORDER BY tenant_id, id
LIMIT %(limit)s
