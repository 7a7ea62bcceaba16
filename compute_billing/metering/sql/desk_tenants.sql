-- Whoever may use cards: everybody but those who hand out public money.
SELECT id AS tenant_id, code, name FROM accounts_organisation
WHERE id > 0 AND kind <> 'government' ORDER BY name, code
