SELECT id FROM metering_allocation
WHERE source_id = %(source_id)s AND key = ANY(%(keys)s) LIMIT 1
