-- The last transaction that was recorded so long ago that none before it can still be committed.
SELECT coalesce(max(id), 0) AS id FROM ledger_transaction WHERE recorded_at < %(before)s
