-- The content of transactions that stand in the books under one of the wanted keys.
SELECT t.kind, t.reference, t.id, p.source_account_id, p.destination_account_id, p.unit, p.amount
FROM unnest(%(kinds)s::text[], %(references)s::text[]) AS wanted (kind, reference)
JOIN ledger_transaction t ON t.kind = wanted.kind AND t.reference = wanted.reference
JOIN ledger_posting p ON p.transaction_id = t.id
