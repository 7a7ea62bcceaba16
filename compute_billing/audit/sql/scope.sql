-- What is looked at row by row: a tenant's recorded month in which something is still open, or
-- whose sums do not agree, or, when everything is asked for, every one. The rest is vouched for
-- by its sums and by the sealed totals of its closed months.
DROP TABLE IF EXISTS pg_temp.verify_scope;
CREATE TEMPORARY TABLE verify_scope AS
WITH charged AS (
    SELECT c.tenant_id, c.recorded_month,
        sum(c.quantity) AS quantity, sum(c.gross) AS gross, sum(c.in_kind) AS in_kind,
        bool_and(m.seal_holds IS TRUE) AS is_sealed
    FROM verify_charged c
    LEFT JOIN verify_closed m ON m.tenant_id = c.tenant_id AND m.month = c.booked_month
    GROUP BY c.tenant_id, c.recorded_month
), shared AS (
    SELECT tenant_id, recorded_month,
        coalesce(sum(amount) FILTER (WHERE unit = 'CNY'), 0) AS money,
        coalesce(sum(amount) FILTER (WHERE unit <> 'CNY'), 0) AS in_kind
    FROM verify_shared GROUP BY tenant_id, recorded_month
), waiting AS (
    SELECT DISTINCT tenant_id, recorded_month FROM metering_usage_pending
)
SELECT tenant_id, recorded_month
FROM verify_metered m
FULL JOIN charged c USING (tenant_id, recorded_month)
FULL JOIN shared s USING (tenant_id, recorded_month)
FULL JOIN waiting w USING (tenant_id, recorded_month)
WHERE %(full)s
    OR w.tenant_id IS NOT NULL
    OR c.is_sealed IS NOT TRUE
    OR m.keys IS DISTINCT FROM m.records
    OR m.quantity IS DISTINCT FROM c.quantity
    OR c.gross IS DISTINCT FROM coalesce(s.money, 0)
    OR c.in_kind IS DISTINCT FROM coalesce(s.in_kind, 0);
ALTER TABLE pg_temp.verify_scope ADD PRIMARY KEY (tenant_id, recorded_month);
ANALYZE pg_temp.verify_scope;
