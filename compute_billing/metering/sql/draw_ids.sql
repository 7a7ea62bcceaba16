-- In order of arrival; one array is read faster than as many rows.
SELECT array_agg(nextval('metering_usage_id_seq')) AS usage_ids FROM generate_series(1, %(count)s)
