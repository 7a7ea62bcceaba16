-- What was drawn from the awards of each fund in each billing month, by when it was booked; what
-- corrections gave back is taken off. A claim on an award of several funds names its fund.
SELECT drawn.fund_id, month.month, month.starts_at, month.ends_at, sum(drawn.amount)::bigint AS drawn
FROM (
    SELECT part.fund_id, posting.transaction_id,
        CASE WHEN posting.source_account_id = award.account_id THEN posting.amount
            ELSE -posting.amount END AS amount
    FROM subsidies_award_fund part
    JOIN subsidies_award award ON award.id = part.award_id
    JOIN ledger_posting posting
        ON award.account_id IN (posting.source_account_id, posting.destination_account_id)
    JOIN ledger_account other ON other.id = CASE
        WHEN posting.source_account_id = award.account_id THEN posting.destination_account_id
        ELSE posting.source_account_id END
    WHERE award.mode <> 'in_kind' AND other.kind <> 'fund'
        AND (other.kind <> 'reimbursement' OR other.subject = 'fund:' || part.fund_id)
) drawn
JOIN ledger_transaction booking ON booking.id = drawn.transaction_id
JOIN kernel_billing_month month
    ON booking.occurred_at >= month.starts_at AND booking.occurred_at < month.ends_at
WHERE %(fund_id)s::bigint IS NULL OR drawn.fund_id = %(fund_id)s
GROUP BY drawn.fund_id, month.month, month.starts_at, month.ends_at
ORDER BY drawn.fund_id, month.month
