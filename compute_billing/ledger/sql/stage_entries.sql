-- Work table of one connection, for one batch at a time.
CREATE TEMP TABLE IF NOT EXISTS ledger_stage (
    position integer, part integer, kind text, reference text, occurred_at timestamptz,
    source_account_id bigint, destination_account_id bigint, unit text, amount bigint
) ON COMMIT DELETE ROWS;
DELETE FROM ledger_stage;
