SELECT id, code FROM contracts_project WHERE id = ANY(%(ids)s::bigint[])
