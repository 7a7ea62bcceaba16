-- What was drawn from the awards of each fund in each billing month, by when it was booked; what
-- corrections gave back is taken off.
SELECT drawn.fund_id, month.month, month.starts_at, month.ends_at, sum(drawn.amount)::bigint AS drawn
FROM (
    SELECT award.fund_id, posting.transaction_id, posting.amount
    FROM subsidies_award award
    JOIN ledger_posting posting ON posting.source_account_id = award.account_id
    UNION ALL
    SELECT award.fund_id, posting.transaction_id, -posting.amount
    FROM subsidies_award award
    JOIN subsidies_fund fund ON fund.id = award.fund_id
    JOIN ledger_posting posting ON posting.destination_account_id = award.account_id
    WHERE posting.source_account_id <> fund.account_id
) drawn
JOIN ledger_transaction booking ON booking.id = drawn.transaction_id
JOIN kernel_billing_month month
    ON booking.occurred_at >= month.starts_at AND booking.occurred_at < month.ends_at
WHERE %(fund_id)s::bigint IS NULL OR drawn.fund_id = %(fund_id)s
GROUP BY drawn.fund_id, month.month, month.starts_at, month.ends_at
ORDER BY drawn.fund_id, month.month
