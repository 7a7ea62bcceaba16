SELECT id, code FROM catalogue_cluster WHERE id = ANY(%(ids)s::bigint[])
