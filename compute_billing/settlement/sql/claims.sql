-- Claims in words, the newest first: of one claimant or of all, behind `after` on.
SELECT c.id AS claim_id, c.public_id, p.code AS programme, p.name AS programme_name, f.level,
    f.budget_year, f.budget_document_no AS fund_document_no, o.code AS claimant,
    o.name AS claimant_name, c.period AS month, c.sequence, c.kind, c.state, c.amount, c.netted,
    c.line_count AS lines, c.made_at, c.submitted_at, c.paid_at, c.budget_document_no,
    c.treasury_receipt_no
FROM settlement_claim c
JOIN subsidies_fund f ON f.id = c.fund_id
JOIN subsidies_programme p ON p.id = f.programme_id
JOIN accounts_organisation o ON o.id = c.claimant_id
WHERE (%(claimant_id)s::bigint IS NULL OR c.claimant_id = %(claimant_id)s)
    AND (%(public_id)s::uuid IS NULL OR c.public_id = %(public_id)s)
    AND (%(month)s::date IS NULL OR c.period = %(month)s)
    AND (%(state)s::text IS NULL OR c.state = %(state)s)
    AND (%(programme)s::text IS NULL OR p.code = %(programme)s)
    AND (%(level)s::text IS NULL OR f.level = %(level)s)
    AND (%(budget_year)s::int IS NULL OR f.budget_year = %(budget_year)s)
    AND (%(after)s::bigint IS NULL OR c.id < %(after)s)
ORDER BY c.id DESC
LIMIT %(limit)s
