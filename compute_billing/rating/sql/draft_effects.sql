-- What a draft would have changed for each tenant, the largest change first.
SELECT o.code AS tenant, o.name AS tenant_name, f.quantity, f.gross_before, f.gross_after
FROM rating_price_draft_effect f
JOIN catalogue_price_draft d ON d.id = f.draft_id
JOIN accounts_organisation o ON o.id = f.tenant_id
WHERE d.public_id = %(public_id)s
ORDER BY abs(f.gross_after - f.gross_before) DESC, o.code
