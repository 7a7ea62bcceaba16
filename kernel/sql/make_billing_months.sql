-- Rows for the months from first to last, cut in the given zone. Months that exist stay as
-- they are, whatever the zone is called today.
INSERT INTO kernel_billing_month (month, starts_at, ends_at)
SELECT first_day::date,
       first_day AT TIME ZONE %(time_zone)s,
       (first_day + interval '1 month') AT TIME ZONE %(time_zone)s
  FROM generate_series(%(first)s::timestamp, %(last)s::timestamp, interval '1 month')
       AS first_day
ON CONFLICT (month) DO NOTHING
