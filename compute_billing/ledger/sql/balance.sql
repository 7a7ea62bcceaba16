SELECT a.unit, a.has_floor, b.held, b.floor,
    CASE WHEN a.has_floor THEN b.posted ELSE (
        SELECT coalesce(sum(amount), 0)::bigint FROM ledger_posting
        WHERE destination_account_id = a.id
    ) - (
        SELECT coalesce(sum(amount), 0)::bigint FROM ledger_posting
        WHERE source_account_id = a.id
    ) END AS posted
FROM ledger_account a LEFT JOIN ledger_balance b ON b.account_id = a.id
WHERE a.id = %(account_id)s
