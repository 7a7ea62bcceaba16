SELECT tenant_id, code, id FROM contracts_project WHERE code = ANY(%(codes)s)
