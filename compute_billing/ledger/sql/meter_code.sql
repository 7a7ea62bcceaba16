SELECT code FROM catalogue_meter WHERE id = %(meter_id)s
