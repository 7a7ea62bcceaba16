-- Where a tenant's charge lies, by the names that it has outside.
SELECT c.recorded_month, c.id
FROM metering_usage_source s
JOIN metering_usage_key key ON key.source_id = s.id AND key.external_id = %(external_id)s
JOIN rating_charge c ON c.tenant_id = key.tenant_id AND c.recorded_month = key.recorded_month
    AND c.usage_id = key.usage_id
WHERE s.code = %(source)s AND key.tenant_id = %(tenant_id)s
    AND c.segment_no = %(segment_no)s AND c.revision = %(revision)s
