-- Every closed tenant month as sealed and as it is now.
DROP TABLE IF EXISTS pg_temp.verify_closed;
CREATE TEMPORARY TABLE verify_closed AS
WITH now_booked AS (
    SELECT tenant_id, booked_month, sum(charges) AS charges, sum(quantity) AS quantity,
        sum(gross) AS gross, sum(discount) AS discount, sum(programme) AS programme,
        sum(tenant) AS tenant, max(last_run_id) AS last_run_id
    FROM verify_charged GROUP BY tenant_id, booked_month
), now_owed AS (
    SELECT c.tenant_id, c.booked_month, sum(s.amount) AS arrears
    FROM rating_charge_share s
    JOIN rating_charge c ON c.tenant_id = s.tenant_id AND c.recorded_month = s.recorded_month
        AND c.id = s.charge_id
    WHERE s.payer_kind = 'arrears'
    GROUP BY c.tenant_id, c.booked_month
)
SELECT m.tenant_id, m.month, m.charge_count AS sealed_charges,
    coalesce(b.charges, 0)::bigint AS charges, b.last_run_id,
    (m.charge_count, m.quantity, m.gross, m.discount, m.programme, m.tenant, m.arrears)
        IS NOT DISTINCT FROM
    (coalesce(b.charges, 0)::bigint, coalesce(b.quantity, 0), coalesce(b.gross, 0)::bigint,
        coalesce(b.discount, 0)::bigint, coalesce(b.programme, 0)::bigint,
        coalesce(b.tenant, 0)::bigint, coalesce(o.arrears, 0)::bigint) AS seal_holds,
    jsonb_build_object('charges', m.charge_count, 'quantity', m.quantity, 'gross', m.gross,
        'discount', m.discount, 'programme', m.programme, 'tenant', m.tenant,
        'arrears', m.arrears) AS sealed,
    jsonb_build_object('charges', coalesce(b.charges, 0), 'quantity', coalesce(b.quantity, 0),
        'gross', coalesce(b.gross, 0), 'discount', coalesce(b.discount, 0),
        'programme', coalesce(b.programme, 0), 'tenant', coalesce(b.tenant, 0),
        'arrears', coalesce(o.arrears, 0)) AS found
FROM invoices_tenant_month m
LEFT JOIN now_booked b ON b.tenant_id = m.tenant_id AND b.booked_month = m.month
LEFT JOIN now_owed o ON o.tenant_id = m.tenant_id AND o.booked_month = m.month
WHERE m.state = 'closed';
ANALYZE pg_temp.verify_closed;
