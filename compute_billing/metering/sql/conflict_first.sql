-- What a key was accepted as, in the words of its source; `accounts` are those that belong to its
-- tenant by the time the use began, or else ever did.
SELECT r.id AS usage_id, r.tenant_id, r.milli_cards, r.quantity, a.key AS allocation_key,
    c.code AS cluster, m.code AS card_type,
    (extract(epoch FROM r.started_at) * 1000)::bigint AS started_ms,
    (extract(epoch FROM r.ended_at) * 1000)::bigint AS ended_ms,
    owned.accounts[1] AS account, coalesce(owned.accounts, '{}') AS accounts
FROM metering_usage_key k
JOIN metering_usage_record r ON r.tenant_id = k.tenant_id
    AND r.recorded_month = k.recorded_month AND r.id = k.usage_id
JOIN metering_allocation a ON a.id = r.allocation_id
JOIN catalogue_cluster c ON c.id = r.cluster_id
JOIN catalogue_meter m ON m.id = r.meter_id
CROSS JOIN LATERAL (
    SELECT array_agg(p.account ORDER BY p.valid @> r.started_at DESC, p.account) AS accounts
    FROM metering_source_account_mapping p
    WHERE p.source_id = k.source_id AND p.tenant_id = r.tenant_id) AS owned
WHERE k.source_id = %(source_id)s AND k.external_id = %(external_id)s
