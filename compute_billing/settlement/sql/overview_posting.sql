-- A posting of the month that is worth following: the newest by which a programme paid for some
-- tenant's use, else the newest by which anybody paid.
SELECT posting.id
FROM ledger_posting posting
JOIN ledger_transaction entry ON entry.id = posting.transaction_id AND entry.kind = 'rating'
JOIN rating_run run ON run.id::text = entry.reference AND run.tenant_id > 0
JOIN ledger_account source ON source.id = posting.source_account_id
JOIN ledger_account destination ON destination.id = posting.destination_account_id
WHERE destination.kind = 'compute_revenue' AND source.kind <> 'arrears'
    AND (%(tenant_ids)s::bigint[] IS NULL OR run.tenant_id = ANY(%(tenant_ids)s))
    AND EXISTS (
        SELECT FROM rating_charge_share share
        JOIN rating_charge charge ON charge.tenant_id = share.tenant_id
            AND charge.recorded_month = share.recorded_month AND charge.id = share.charge_id
        WHERE share.tenant_id = run.tenant_id AND share.transaction_id = posting.transaction_id
            AND share.account_id = posting.source_account_id AND charge.booked_month = %(month)s)
ORDER BY (source.kind = 'award') DESC, posting.id DESC
LIMIT 1
