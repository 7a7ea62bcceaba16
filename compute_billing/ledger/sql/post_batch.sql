-- A whole batch in one statement: transactions, postings, and one update per balance. It fails as a
-- whole when a key is taken; looking for conflicts key by key would cost a sixth of the rate. Ids
-- are drawn first: to find them again by the texts of the keys would cost as much.
WITH entry AS MATERIALIZED (
    SELECT nextval('ledger_transaction_id_seq') AS id, position, kind, reference, occurred_at
    FROM (SELECT * FROM ledger_stage WHERE part = 0 ORDER BY kind, reference) head
), head AS (
    INSERT INTO ledger_transaction (id, kind, reference, occurred_at, recorded_at)
    SELECT id, kind, reference, occurred_at, %(now)s::timestamptz FROM entry
), taken AS MATERIALIZED (
    SELECT entry.id, s.source_account_id, s.destination_account_id, s.unit, s.amount
    FROM entry JOIN ledger_stage s ON s.position = entry.position
), posting AS (
    INSERT INTO ledger_posting
        (transaction_id, source_account_id, destination_account_id, unit, amount)
    SELECT id, source_account_id, destination_account_id, unit, amount FROM taken
), movement AS (
    SELECT source_account_id AS account_id, id, -amount AS amount FROM taken
    UNION ALL
    SELECT destination_account_id, id, amount FROM taken
), change AS (
    SELECT account_id, sum(amount)::bigint AS amount, count(DISTINCT id) AS transactions
    FROM movement GROUP BY account_id
), balance AS (
    UPDATE ledger_balance b
    SET posted = b.posted + change.amount, version = b.version + change.transactions
    FROM change WHERE change.account_id = b.account_id
)
SELECT position, id FROM entry
