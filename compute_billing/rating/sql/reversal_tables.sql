CREATE TEMP TABLE IF NOT EXISTS rating_original (
    charge_id bigint, original_id bigint, quantity bigint, quantity_in_kind bigint,
    gross bigint, discount bigint
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS rating_original_share (
    charge_id bigint, payer_kind text, account_id bigint, unit text, amount bigint, position bigint
) ON COMMIT DELETE ROWS;
DELETE FROM rating_original;
DELETE FROM rating_original_share;
