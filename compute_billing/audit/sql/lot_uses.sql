-- What charges took from a lot, and gave back to it, in the order in which they were made: each with
-- the record of use behind it. Amounts are in the lot's unit.
SELECT c.recorded_month, c.id AS charge_id, s.transaction_id, c.segment_start, c.segment_end,
    c.reverses_id IS NOT NULL AS is_reversal, source.code AS source, source.name AS source_name, u.external_id AS record,
    a.key AS job, s.amount
FROM rating_charge_share s
JOIN rating_charge c ON c.tenant_id = s.tenant_id AND c.recorded_month = s.recorded_month
    AND c.id = s.charge_id
JOIN metering_usage_record u ON u.tenant_id = c.tenant_id AND u.recorded_month = c.recorded_month
    AND u.id = c.usage_id
JOIN metering_usage_source source ON source.id = u.source_id
JOIN metering_allocation a ON a.id = u.allocation_id
WHERE s.tenant_id = %(tenant_id)s AND s.account_id = %(account_id)s AND s.amount <> 0
    AND (%(job)s = '' OR a.key = %(job)s)
    AND (%(after_month)s::date IS NULL
        OR (s.recorded_month, s.charge_id) > (%(after_month)s::date, %(after_charge)s::bigint))
ORDER BY s.recorded_month, s.charge_id
LIMIT %(limit)s
