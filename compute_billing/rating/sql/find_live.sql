-- What is still charged of a month's use, of one record, or of counters of prices and of awards from
-- one of their charges on, with the newest revision of each record over all its months. A charge's quantity is spread
-- evenly over its time, cut down to whole units by cumulative differences, so that its stretches
-- always sum to what is left of it. A stretch of a suspended record may hold no quantity; it is
-- charged time all the same.
INSERT INTO rating_live
WITH charged AS MATERIALIZED (
    SELECT c.id, c.usage_id, c.recorded_month, c.usage_month, c.segment_start, c.segment_end,
        c.price_id, c.project_id, c.quantity
    FROM rating_charge c
    WHERE c.tenant_id = %(tenant_id)s AND c.reverses_id IS NULL
        AND (c.usage_month = %(month)s::date
            OR (c.usage_id = %(usage_id)s::bigint AND c.recorded_month = %(recorded_month)s::date))
    UNION
    SELECT c.id, c.usage_id, c.recorded_month, c.usage_month, c.segment_start, c.segment_end,
        c.price_id, c.project_id, c.quantity
    FROM unnest(%(price_ids)s::bigint[], %(months)s::date[], %(since_ids)s::bigint[])
        AS k (price_id, month, since_id)
    JOIN rating_charge c ON c.tenant_id = %(tenant_id)s AND c.reverses_id IS NULL
        AND c.price_id = k.price_id AND c.usage_month = k.month AND c.id >= k.since_id
    UNION
    SELECT c.id, c.usage_id, c.recorded_month, c.usage_month, c.segment_start, c.segment_end,
        c.price_id, c.project_id, c.quantity
    FROM unnest(%(award_account_ids)s::bigint[], %(award_since_ids)s::bigint[])
        AS k (account_id, since_id)
    JOIN rating_charge_share s ON s.tenant_id = %(tenant_id)s AND s.payer_kind = 'award'
        AND s.account_id = k.account_id AND s.charge_id >= k.since_id
    JOIN rating_charge c ON c.tenant_id = %(tenant_id)s AND c.recorded_month = s.recorded_month
        AND c.id = s.charge_id AND c.reverses_id IS NULL
), gone AS MATERIALIZED (
    SELECT c.id, range_agg(tstzrange(e.segment_start, e.segment_end)) AS seconds
    FROM charged c JOIN rating_charge e ON e.tenant_id = %(tenant_id)s AND e.reverses_id = c.id
    GROUP BY c.id
), stretch AS (
    SELECT c.*, c.segment_start AS starts_at, c.segment_end AS ends_at, c.quantity AS live
    FROM charged c LEFT JOIN gone g ON g.id = c.id
    WHERE g.id IS NULL
    UNION ALL
    SELECT c.*, lower(part), upper(part),
        (div(c.quantity::numeric * ms.upto, ms.whole)
            - div(c.quantity::numeric * ms.since, ms.whole))::bigint
    FROM charged c JOIN gone g ON g.id = c.id
    CROSS JOIN LATERAL unnest(
        tstzmultirange(tstzrange(c.segment_start, c.segment_end)) - g.seconds) AS part
    CROSS JOIN LATERAL (SELECT
        (extract(epoch FROM lower(part) - c.segment_start) * 1000)::bigint AS since,
        (extract(epoch FROM upper(part) - c.segment_start) * 1000)::bigint AS upto,
        (extract(epoch FROM c.segment_end - c.segment_start) * 1000)::bigint AS whole) AS ms
), turned AS (
    SELECT s.*, row_number() OVER (PARTITION BY s.id ORDER BY s.starts_at DESC) AS turn FROM stretch s
)
SELECT row_number() OVER (ORDER BY s.id, s.starts_at),
    CASE WHEN %(award_account_ids)s::bigint[] <> '{}' THEN 1 + count(*) FILTER (WHERE s.turn > 1)
            OVER (ORDER BY s.id DESC, s.turn)
        WHEN r.kind = 'graduated' THEN 1 + count(*) FILTER (WHERE s.turn > 1)
            OVER (PARTITION BY s.price_id, s.usage_month ORDER BY s.id DESC, s.turn)
        ELSE s.turn END,
    row_number() OVER (PARTITION BY s.usage_id ORDER BY s.starts_at),
    s.id, s.usage_id, s.recorded_month,
    (SELECT max(e.revision) FROM rating_charge e
        WHERE e.tenant_id = %(tenant_id)s AND e.recorded_month = s.recorded_month
            AND e.usage_id = s.usage_id),
    s.usage_month, s.starts_at, s.ends_at, s.price_id, s.project_id, u.cluster_id, u.meter_id,
    u.milli_cards, s.live, s.segment_start, s.segment_end, s.quantity
FROM turned s
JOIN catalogue_price r ON r.id = s.price_id
JOIN metering_usage_record u ON u.tenant_id = %(tenant_id)s
    AND u.recorded_month = s.recorded_month AND u.id = s.usage_id
