-- A posting belongs to a transaction, and shares one unit with its two accounts. Both are asked for a
-- whole statement at once, which costs a tenth of three foreign keys that are asked row by row. It is
-- as strong as those, because accounts, transactions and postings are append-only: what fits when
-- it is written can never cease to fit.
-- Without hash and merge joins, because a cached plan must not read a whole book for one posting.
CREATE FUNCTION ledger_refuse_misfit() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off AS $body$
DECLARE
    misfit record;
BEGIN
    SELECT used.side, used.account_id, used.unit INTO misfit
    FROM (
        SELECT 'source' AS side, source_account_id AS account_id, unit FROM fresh
        UNION
        SELECT 'destination', destination_account_id, unit FROM fresh
    ) AS used
    WHERE NOT EXISTS (
        SELECT FROM ledger_account a WHERE a.id = used.account_id AND a.unit = used.unit)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'a posting in % names account % as its %, which is no account of that unit',
            misfit.unit, misfit.account_id, misfit.side
        USING HINT = 'Post between two accounts of one unit.',
            ERRCODE = 'foreign_key_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
            CONSTRAINT = format('ledger_posting_%s_in_unit', misfit.side);
    END IF;
    SELECT used.transaction_id INTO misfit
    FROM (SELECT DISTINCT transaction_id FROM fresh) AS used
    WHERE NOT EXISTS (SELECT FROM ledger_transaction t WHERE t.id = used.transaction_id)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'a posting belongs to transaction %, which does not exist',
            misfit.transaction_id
        USING HINT = 'Write the transaction before its postings.',
            ERRCODE = 'foreign_key_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
            CONSTRAINT = 'ledger_posting_in_transaction';
    END IF;
    RETURN NULL;
END
$body$;
CREATE TRIGGER refuse_misfit AFTER INSERT ON ledger_posting
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_misfit();
