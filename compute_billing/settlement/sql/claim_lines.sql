-- A page of a claim's lines in the order of their charges, with the use that each is for. The
-- page is cut first, so that only its rows are looked up; LIMIT 1 keeps look-ups
-- by key, also where the planner knows little of a partition yet.
WITH page AS MATERIALIZED (
    SELECT charge_id, award_id, tenant_id, recorded_month, basis, amount, adjusts_charge_id
    FROM settlement_claim_line
    WHERE claim_id = %(claim_id)s
        AND (%(after_charge)s::bigint IS NULL
            OR (charge_id, award_id) > (%(after_charge)s, %(after_award)s))
        AND (%(awards)s::text[] IS NULL OR award_id IN (
            SELECT id FROM subsidies_award WHERE reference = ANY(%(awards)s)))
    ORDER BY charge_id, award_id
    LIMIT %(limit)s
)
SELECT line.charge_id, line.award_id, tenant.code AS tenant, tenant.name AS tenant_name, award.reference AS award,
    award.rate_ppm, source.code AS source,
    source.name AS source_name, u.external_id, c.segment_no, c.revision,
    c.segment_start, c.segment_end, meter.code AS card_type, c.quantity, line.basis, line.amount,
    line.adjusts_charge_id IS NOT NULL AS is_correction,
    coalesce((SELECT bill.series || '-' || lpad(bill.number::text, greatest(6, length(bill.number::text)), '0')
        FROM invoices_invoice bill
        WHERE bill.tenant_id = line.tenant_id AND bill.issuer_id = list.issuer_id
            AND bill.period = c.booked_month
        ORDER BY bill.sequence LIMIT 1), '') AS bill,
    report.origin AS source_file, u.position AS source_line
FROM page line
CROSS JOIN LATERAL (SELECT * FROM rating_charge
    WHERE tenant_id = line.tenant_id AND recorded_month = line.recorded_month
        AND id = line.charge_id LIMIT 1) AS c
CROSS JOIN LATERAL (SELECT * FROM metering_usage_record
    WHERE tenant_id = c.tenant_id AND recorded_month = c.recorded_month
        AND id = c.usage_id LIMIT 1) AS u
JOIN metering_usage_source source ON source.id = u.source_id
JOIN metering_usage_import report ON report.id = u.import_id
JOIN catalogue_price price ON price.id = c.price_id
JOIN catalogue_price_list list ON list.id = price.price_list_id
JOIN catalogue_meter meter ON meter.id = u.meter_id
JOIN accounts_organisation tenant ON tenant.id = line.tenant_id
JOIN subsidies_award award ON award.id = line.award_id
ORDER BY line.charge_id, line.award_id
