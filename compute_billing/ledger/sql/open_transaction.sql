INSERT INTO ledger_transaction (kind, reference, occurred_at, recorded_at)
VALUES (%(kind)s, %(reference)s, %(occurred_at)s, %(now)s)
RETURNING id
