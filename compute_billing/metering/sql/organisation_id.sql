SELECT id FROM accounts_organisation WHERE code = %(code)s
