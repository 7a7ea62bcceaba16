-- What a record costs now: its own charges and those of the records that correct it.
WITH original AS (
    SELECT tenant_id, recorded_month, id, allocation_id FROM metering_usage_record
    WHERE tenant_id = %(tenant_id)s AND recorded_month = %(recorded_month)s AND id = %(usage_id)s
), family AS (
    SELECT tenant_id, recorded_month, id FROM original
    UNION ALL
    SELECT c.tenant_id, c.recorded_month, c.id
    FROM original o JOIN metering_usage_record c ON c.allocation_id = o.allocation_id
        AND c.corrects_id = o.id AND c.tenant_id = o.tenant_id
)
SELECT count(*) AS charges, coalesce(sum(g.quantity), 0)::bigint AS quantity,
    coalesce(sum(g.gross), 0)::bigint AS gross, coalesce(sum(g.tenant), 0)::bigint AS tenant
FROM family f
JOIN rating_charge g ON g.tenant_id = f.tenant_id AND g.recorded_month = f.recorded_month
    AND g.usage_id = f.id
