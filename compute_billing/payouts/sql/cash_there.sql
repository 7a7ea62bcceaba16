-- What lies for a payee in a custody, less what is on its way out of it, in micro-yuan. Cash that is
-- there stands as a negative balance.
SELECT (coalesce((SELECT sum(p.amount) FROM ledger_posting p WHERE p.source_account_id = a.id), 0)
    - coalesce((SELECT sum(p.amount) FROM ledger_posting p WHERE p.destination_account_id = a.id), 0)
    - coalesce((SELECT sum(o.amount_fen) * 10000 FROM payouts_payout o
        JOIN payouts_run r ON r.id = o.run_id
        WHERE o.payee_id = %(payee_id)s AND r.custody = %(custody)s AND o.state IN ('held', 'sent')),
        0))::bigint AS amount
FROM ledger_account a
WHERE a.owner_kind = 'operator' AND a.owner_id = %(payee_id)s AND a.kind = 'cash'
    AND a.subject = %(custody)s AND a.unit = 'CNY'
