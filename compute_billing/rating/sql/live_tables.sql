-- What is still charged: a row for each stretch of a charge that no reversal took back. A charge
-- that lost its middle has two; `round` counts them, because one run reverses a charge once. At a
-- graduated price, and where an award is unwound, the round is one for all older charges too: both
-- stretches go before them. Kept is
-- what is taken back only to be charged again at its price.
CREATE TEMP TABLE IF NOT EXISTS rating_live (
    live_id bigint, round bigint, number bigint, charge_id bigint, usage_id bigint,
    recorded_month date, revision integer, month date, segment_start timestamptz,
    segment_end timestamptz, price_id bigint, project_id bigint, cluster_id bigint,
    meter_id bigint, milli_cards bigint, quantity bigint, charge_start timestamptz,
    charge_end timestamptz, charge_quantity bigint, is_kept boolean DEFAULT false
) ON COMMIT DELETE ROWS;
DELETE FROM rating_live;
