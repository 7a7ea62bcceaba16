SELECT id FROM accounts_organisation WHERE (id < 0) = %(in_sandbox)s AND code = %(code)s
