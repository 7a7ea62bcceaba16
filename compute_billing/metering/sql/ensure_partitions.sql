-- The function belongs to the owner of the tables; the application may only ask for months.
SELECT ensure_month_partitions(%(first_month)s, %(last_month)s) AS made
