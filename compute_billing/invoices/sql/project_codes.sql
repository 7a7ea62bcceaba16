SELECT id, code FROM contracts_project WHERE id = ANY(%(project_ids)s::bigint[])
