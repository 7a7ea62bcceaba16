-- A month of records at even distances per tenant: 1 to 8 cards for 10 to 309 minutes, all of it
-- inside the month. Rows come as they would arrive: by time, the tenants mixed.
WITH report AS (
    SELECT nextval('metering_usage_id_seq') AS id, *
    FROM (
        SELECT tenant_id, n, 'job-' || tenant_id || '-' || n AS external_id,
            1000 * (1 + (n + tenant_id) %% 8) AS milli_cards,
            %(starts_at)s::timestamptz + n * (interval '40000 minutes' / %(records_each)s) AS started_at,
            10 + (n * 7 + tenant_id * 13) %% 300 AS minutes
        FROM unnest(%(tenant_ids)s::bigint[]) AS tenant_id,
            generate_series(1, %(records_each)s) AS n
        ORDER BY n, tenant_id
    ) arrival
), key AS (
    INSERT INTO metering_usage_key
        (source_id, external_id, payload_hash, tenant_id, usage_id, recorded_month)
    SELECT %(source_id)s, external_id, decode(md5(external_id), 'hex'), tenant_id, id,
        %(recorded_month)s
    FROM report
)
INSERT INTO metering_usage_record (tenant_id, recorded_month, id, source_id, external_id,
    allocation_id, cluster_id, meter_id, milli_cards, started_at, ended_at, quantity, import_id,
    position, recorded_at)
SELECT tenant_id, %(recorded_month)s, id, %(source_id)s, external_id, id, %(cluster_id)s,
    %(meter_id)s, milli_cards, started_at, started_at + minutes * interval '1 minute',
    milli_cards * minutes * 60000, %(import_id)s, n, %(recorded_at)s
FROM report
