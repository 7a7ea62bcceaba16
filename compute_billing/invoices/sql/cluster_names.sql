SELECT id, code, name FROM catalogue_cluster WHERE id = ANY(%(ids)s::bigint[])
