-- Whoever may use an operator's cards: everybody but those who hand out public money. A sandbox is
-- the only one of its world.
SELECT id AS tenant_id FROM accounts_organisation
WHERE code = %(code)s AND kind <> 'government'
    AND (id = %(operator_id)s OR (id > 0 AND %(operator_id)s > 0))
