-- What a key was accepted as, in words, with the line that reported it and its corrections.
SELECT o.code AS tenant, o.name AS tenant_name, p.code AS project, c.code AS cluster, c.name AS cluster_name,
    m.code AS card_type, r.milli_cards, r.started_at, r.ended_at, r.quantity, r.licence_ref,
    r.recorded_at, i.origin, i.format, r.position,
    EXISTS (SELECT FROM metering_usage_record e
        WHERE e.tenant_id = r.tenant_id AND e.allocation_id = r.allocation_id
            AND e.corrects_id = r.id) AS is_corrected
FROM metering_usage_source s
JOIN metering_usage_key k ON k.source_id = s.id AND k.external_id = %(external_id)s
JOIN metering_usage_record r ON r.tenant_id = k.tenant_id
    AND r.recorded_month = k.recorded_month AND r.id = k.usage_id
JOIN accounts_organisation o ON o.id = r.tenant_id
JOIN catalogue_cluster c ON c.id = r.cluster_id
JOIN catalogue_meter m ON m.id = r.meter_id
JOIN metering_usage_import i ON i.id = r.import_id
LEFT JOIN contracts_project p ON p.id = r.project_id
WHERE s.code = %(source)s
