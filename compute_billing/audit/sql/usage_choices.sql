-- The projects and card types of a tenant's usage that started in a time.
WITH used AS (
    SELECT DISTINCT project_id, meter_id
    FROM metering_usage_record
    WHERE tenant_id = %(tenant_id)s
        AND started_at >= coalesce(%(started_from)s::timestamptz, '-infinity')
        AND started_at < coalesce(%(started_until)s::timestamptz, 'infinity')
)
SELECT
    ARRAY(SELECT ARRAY[code::text, name::text] FROM contracts_project
        WHERE id IN (SELECT project_id FROM used) ORDER BY code) AS projects,
    ARRAY(SELECT code::text FROM catalogue_meter
        WHERE id IN (SELECT meter_id FROM used) ORDER BY code) AS card_types
