-- What is noted as sold on a day is what the changes of packages say, and never passes the cap.
WITH sold AS (
    SELECT o.cluster_id, o.meter_id, d.day::date AS day,
        sum(c.cards_after::bigint - c.cards_before) AS cards
    FROM packages_change c
    JOIN packages_order o ON o.id = c.order_id
    CROSS JOIN LATERAL generate_series(c.starts_on, c.ends_on - 1, interval '1 day') AS d (day)
    GROUP BY o.cluster_id, o.meter_id, d.day
)
SELECT cluster_id, meter_id, day, c.sellable, c.sold, s.cards
FROM packages_capacity_day c
FULL JOIN sold s USING (cluster_id, meter_id, day)
WHERE coalesce(c.sold, 0) <> coalesce(s.cards, 0) OR c.sold > c.sellable OR c.sold < 0
ORDER BY cluster_id, meter_id, day
LIMIT %(limit)s
