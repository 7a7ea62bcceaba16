-- The projects and card types of what a tenant was charged in a bill month.
WITH charged AS (
    SELECT DISTINCT c.project_id, price.meter_id
    FROM rating_charge c
    JOIN catalogue_price price ON price.id = c.price_id
    WHERE c.tenant_id = %(tenant_id)s AND c.recorded_month >= %(recorded_from)s
        AND c.booked_month = %(booked_month)s
)
SELECT
    ARRAY(SELECT ARRAY[code::text, name::text] FROM contracts_project
        WHERE id IN (SELECT project_id FROM charged) ORDER BY code) AS projects,
    ARRAY(SELECT code::text FROM catalogue_meter
        WHERE id IN (SELECT meter_id FROM charged) ORDER BY code) AS card_types
