COPY ledger_stage (position, part, kind, reference, occurred_at, source_account_id,
    destination_account_id, unit, amount) FROM STDIN
