-- The charges of some tenants booked in a month, summed by what makes a line; one row per payer
-- kind. Reads the tenants' ranges of the primary keys of charge and share from a recorded month
-- on. Shares are joined by the id of the charge alone, which is unique by itself: with more
-- columns the planner expects a single row and sorts what it should hash.
WITH booked AS MATERIALIZED (
    SELECT tenant_id, id, recorded_month, usage_month, price_id, project_id, cluster_id,
        quantity, quantity_in_kind, gross, discount, programme, tenant
    FROM rating_charge
    WHERE tenant_id = ANY(%(tenant_ids)s) AND recorded_month >= %(recorded_from)s
        AND booked_month = %(month)s
), charged AS (
    SELECT tenant_id, usage_month, price_id, project_id, cluster_id, count(*) AS charge_count,
        sum(quantity) AS quantity, sum(quantity_in_kind) AS quantity_in_kind,
        sum(gross) AS gross, sum(discount) AS discount, sum(programme) AS programme,
        sum(tenant) AS tenant, min(recorded_month) AS recorded_from,
        max(recorded_month) AS recorded_to
    FROM booked
    GROUP BY tenant_id, usage_month, price_id, project_id, cluster_id
), shared AS (
    SELECT b.tenant_id, b.usage_month, b.price_id, b.project_id, b.cluster_id,
        s.payer_kind, sum(s.amount) AS amount
    FROM booked b
    JOIN rating_charge_share s ON s.charge_id = b.id
    WHERE s.tenant_id = ANY(%(tenant_ids)s) AND s.recorded_month >= %(recorded_from)s
    GROUP BY b.tenant_id, b.usage_month, b.price_id, b.project_id, b.cluster_id, s.payer_kind
)
SELECT charged.tenant_id, list.issuer_id, charged.usage_month, charged.price_id,
    charged.project_id, charged.cluster_id, price.tax_class,
    'CT:' || meter.code AS card_time_unit, charged.charge_count, charged.quantity,
    charged.quantity_in_kind, charged.gross, charged.discount, charged.programme,
    charged.tenant, charged.recorded_from, charged.recorded_to, shared.payer_kind, shared.amount
FROM charged
JOIN catalogue_price price ON price.id = charged.price_id
JOIN catalogue_price_list list ON list.id = price.price_list_id
JOIN catalogue_meter meter ON meter.id = price.meter_id
LEFT JOIN shared
    ON shared.tenant_id = charged.tenant_id
    AND shared.usage_month = charged.usage_month
    AND shared.price_id = charged.price_id
    AND shared.project_id IS NOT DISTINCT FROM charged.project_id
    AND shared.cluster_id = charged.cluster_id
ORDER BY charged.tenant_id, list.issuer_id, charged.usage_month, charged.price_id,
    charged.project_id NULLS FIRST, charged.cluster_id
