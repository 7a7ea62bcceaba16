-- A used price is never edited: the trigger stands, and no charge lies outside its price.
(SELECT NULL::bigint AS tenant_id, NULL::bigint AS charge_id, NULL::bigint AS price_id,
    'the trigger on catalogue_price is missing or switched off' AS problem
WHERE NOT EXISTS (
    SELECT FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid
    WHERE t.tgrelid = 'catalogue_price'::regclass AND f.proname = 'catalogue_refuse_price_edit'
        AND t.tgenabled IN ('O', 'A') AND t.tgtype & 27 = 27))
UNION ALL
(SELECT c.tenant_id, c.id, c.price_id, CASE WHEN p.id IS NULL THEN 'no such price'
        WHEN p.meter_id <> r.meter_id THEN 'the price of another meter'
        ELSE 'outside the validity of its price' END
FROM verify_scope v
JOIN rating_charge c USING (tenant_id, recorded_month)
LEFT JOIN catalogue_price p ON p.id = c.price_id
LEFT JOIN metering_usage_record r ON r.tenant_id = c.tenant_id
    AND r.recorded_month = c.recorded_month AND r.id = c.usage_id
    AND r.recorded_month = ANY(%(months)s::date[])
WHERE c.recorded_month = ANY(%(months)s::date[]) AND (
    p.id IS NULL
    OR p.meter_id <> r.meter_id
    OR NOT p.valid @> tstzrange(c.segment_start, c.segment_end))
ORDER BY c.tenant_id, c.id
LIMIT %(limit)s)
LIMIT %(limit)s
