-- The things of a retired sandbox give their codes up with it: a successor is addressed the same way.
WITH centre AS (
    UPDATE catalogue_compute_centre SET code = %(new)s WHERE code = %(old)s AND id < 0
), cluster AS (
    UPDATE catalogue_cluster SET code = %(new)s WHERE code = %(old)s AND id < 0
), list AS (
    UPDATE catalogue_price_list SET code = %(new)s WHERE code = %(old)s AND id < 0
)
UPDATE metering_usage_source SET code = %(new)s WHERE code = %(old)s AND id < 0
