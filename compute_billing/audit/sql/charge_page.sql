-- A tenant's charges in the order in which they were made; `after_*` is the last one of the page
-- before. With usage_ids, those of some records of a month. The page is cut before anything is
-- looked up for it: so many tables are joined that the planner would not find that order itself.
WITH asked AS MATERIALIZED (
    SELECT *
    FROM rating_charge c
    WHERE c.tenant_id = %(tenant_id)s
        AND (%(usage_ids)s::bigint[] IS NULL
            OR (c.recorded_month = %(recorded_month)s::date AND c.usage_id = ANY(%(usage_ids)s)))
        AND (%(booked_month)s::date IS NULL OR c.booked_month = %(booked_month)s)
        AND (%(usage_month)s::date IS NULL OR c.usage_month = %(usage_month)s)
        AND (%(project)s::text IS NULL OR c.project_id IN (
            SELECT id FROM contracts_project
            WHERE tenant_id = %(tenant_id)s AND code = %(project)s))
        AND (%(card_type)s::text IS NULL OR c.price_id IN (
            SELECT price.id FROM catalogue_price price
            JOIN catalogue_meter meter ON meter.id = price.meter_id
            WHERE meter.code = %(card_type)s))
        AND (%(after_id)s::bigint IS NULL OR (c.recorded_month >= %(after_month)s::date
            AND (c.recorded_month, c.id) > (%(after_month)s::date, %(after_id)s::bigint)))
    ORDER BY c.recorded_month, c.id
    LIMIT %(limit)s
)
SELECT c.id AS charge_id, c.recorded_month, source.code AS source, source.name AS source_name, u.external_id, c.segment_no,
    c.revision, c.usage_month, c.booked_month, c.segment_start, c.segment_end,
    list.code AS price_list,
    list.kind AS list_kind, list.customer_class, issuer.code AS issuer, issuer.name AS issuer_name, meter.code AS card_type, price.band,
    band.starts_minute AS band_starts_minute, band.ends_minute AS band_ends_minute,
    price.unit_price_micro, project.code AS project, c.quantity, c.quantity_in_kind,
    c.counter_before, c.gross, c.discount, c.programme, c.tenant, run.kind AS cause,
    run.started_at AS charged_at,
    reversed_use.external_id AS reverses_external_id, reversed.segment_no AS reverses_segment_no,
    reversed.revision AS reverses_revision
FROM asked c
JOIN metering_usage_record u ON u.tenant_id = c.tenant_id AND u.recorded_month = c.recorded_month
    AND u.id = c.usage_id
JOIN metering_usage_source source ON source.id = u.source_id
JOIN catalogue_price price ON price.id = c.price_id
JOIN catalogue_price_list list ON list.id = price.price_list_id
JOIN catalogue_meter meter ON meter.id = price.meter_id
JOIN accounts_organisation issuer ON issuer.id = list.issuer_id
JOIN rating_run run ON run.id = c.run_id
LEFT JOIN catalogue_time_band band ON band.price_list_id = list.id AND band.code = price.band
LEFT JOIN contracts_project project ON project.id = c.project_id
LEFT JOIN rating_charge reversed ON c.reverses_id IS NOT NULL
    AND reversed.tenant_id = c.tenant_id AND reversed.recorded_month = c.reverses_recorded_month
    AND reversed.id = c.reverses_id
LEFT JOIN metering_usage_record reversed_use ON reversed_use.tenant_id = reversed.tenant_id
    AND reversed_use.recorded_month = reversed.recorded_month
    AND reversed_use.id = reversed.usage_id
ORDER BY c.recorded_month, c.id
