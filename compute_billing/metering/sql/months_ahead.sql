-- How many months after this one every partitioned book has a partition for, without a gap.
SELECT count(*) AS months
FROM generate_series(1, %(months_max)s) AS later (months)
WHERE NOT EXISTS (
    SELECT FROM generate_series(0, later.months) AS step (months),
        unnest(ARRAY['metering_usage_record', 'rating_charge', 'rating_charge_share'])
            AS book (name)
    WHERE to_regclass('public.' || quote_ident(book.name || '_' || to_char(
        %(month)s::date + make_interval(months => step.months), 'YYYY_MM'))) IS NULL)
