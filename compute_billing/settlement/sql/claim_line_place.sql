-- Where a line stands in its claim, by the names that it has outside.
SELECT line.charge_id, line.award_id
FROM metering_usage_source source
JOIN metering_usage_key k ON k.source_id = source.id AND k.external_id = %(external_id)s
JOIN rating_charge c ON c.tenant_id = k.tenant_id AND c.recorded_month = k.recorded_month
    AND c.usage_id = k.usage_id AND c.segment_no = %(segment_no)s AND c.revision = %(revision)s
JOIN settlement_claim_line line ON line.claim_id = %(claim_id)s AND line.charge_id = c.id
JOIN subsidies_award award ON award.id = line.award_id AND award.reference = %(award)s
WHERE source.code = %(source)s
