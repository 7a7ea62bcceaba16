SELECT id, code, name FROM contracts_project WHERE id = ANY(%(ids)s::bigint[])
