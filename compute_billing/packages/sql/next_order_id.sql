SELECT nextval(pg_get_serial_sequence('packages_order', 'id'))
