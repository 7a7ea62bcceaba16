SELECT code, id FROM catalogue_meter WHERE code = ANY(%(codes)s)
