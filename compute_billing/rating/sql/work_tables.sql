-- Work tables of one connection; rows live for one transaction. A piece is a segment before it has
-- a price, with its charge id, which also is the order of payment; `need` is what nobody pays yet.
-- Held usage is of a job that has a hold, open or not.
CREATE TEMP TABLE IF NOT EXISTS rating_usage (
    usage_id bigint, recorded_month date, project_id bigint, cluster_id bigint, meter_id bigint,
    milli_cards bigint, started_at timestamptz, ended_at timestamptz, quantity bigint,
    corrects_id bigint, allocation_id bigint
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS rating_held (
    usage_id bigint, hold_id bigint
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS rating_share (
    tenant_id bigint, recorded_month date, charge_id bigint, payer_kind text, account_id bigint,
    unit text, amount bigint, transaction_id bigint, cause text DEFAULT ''
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS rating_span (
    meter_id bigint, cluster_id bigint, starts_at timestamptz, ends_at timestamptz, month date,
    price_id bigint
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS rating_piece (
    charge_id bigint, usage_id bigint, recorded_month date, segment_no integer, revision integer,
    month date, segment_start timestamptz, segment_end timestamptz, price_id bigint,
    project_id bigint, cluster_id bigint, meter_id bigint, quantity bigint, need bigint,
    reverses_id bigint, reverses_recorded_month date
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS rating_segment (
    charge_id bigint, usage_id bigint, recorded_month date, segment_no integer, revision integer,
    month date, booked_month date, segment_start timestamptz, segment_end timestamptz,
    price_id bigint, project_id bigint, cluster_id bigint, meter_id bigint, quantity bigint,
    quantity_in_kind bigint, counter_before bigint, gross bigint, discount bigint,
    programme bigint, need bigint, reverses_id bigint, reverses_recorded_month date
) ON COMMIT DELETE ROWS;
-- Empty already after a commit; inside a larger transaction a second run starts afresh too.
DELETE FROM rating_usage;
DELETE FROM rating_held;
DELETE FROM rating_share;
DELETE FROM rating_span;
DELETE FROM rating_piece;
DELETE FROM rating_segment;
