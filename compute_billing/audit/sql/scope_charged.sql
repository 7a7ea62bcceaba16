-- One pass over all charges, closed months included: every sum that the laws need of the whole.
DROP TABLE IF EXISTS pg_temp.verify_charged;
CREATE TEMPORARY TABLE verify_charged AS
SELECT tenant_id, recorded_month, booked_month, usage_month, price_id,
    count(*) AS charges,
    sum(quantity) AS quantity,
    sum(quantity) - sum(quantity_in_kind) AS priced,
    sum(quantity_in_kind) AS in_kind,
    sum(gross) AS gross,
    sum(discount) AS discount,
    sum(programme) AS programme,
    sum(tenant) AS tenant,
    max(run_id) AS last_run_id
FROM rating_charge
GROUP BY tenant_id, recorded_month, booked_month, usage_month, price_id;
ANALYZE pg_temp.verify_charged;
