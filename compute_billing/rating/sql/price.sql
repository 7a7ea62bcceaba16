-- gross_i = R(T(Q + q)) - R(T(Q)): the difference of the rounded cumulative price of the month.
-- R rounds half up to a micro-yuan, T is the price function, Q the quantity rated so far. R(n / d)
-- is div(2n + d, 2d): numeric division is not exact, and rounding its result would round twice.
-- OFFSET 0 keeps the amount from being worked out again for every column that it stands in.
INSERT INTO rating_segment
SELECT charge_id, usage_id, recorded_month, segment_no, revision, month, booked_month,
    segment_start, segment_end, price_id, project_id, cluster_id, meter_id, quantity,
    quantity - need, before, gross, 0, 0, gross, reverses_id, reverses_recorded_month
FROM (
    SELECT n.*, b.booked_month, CASE WHEN r.kind = 'graduated' THEN (
            SELECT div(2 * sum(t.unit_price_micro
                    * greatest(0, least(n.before + n.need, t.until_quantity) - t.from_quantity))
                    + 3600000000, 7200000000)
                - div(2 * sum(t.unit_price_micro
                    * greatest(0, least(n.before, t.until_quantity) - t.from_quantity))
                    + 3600000000, 7200000000)
            FROM (
                SELECT unit_price_micro, from_quantity::numeric, lead(from_quantity) OVER (
                    ORDER BY from_quantity)::numeric AS until_quantity
                FROM catalogue_price_tier WHERE price_id = r.id
            ) t
        ) ELSE
            div(2 * r.unit_price_micro * (n.before + n.need) + 3600000000, 7200000000)
            - div(2 * r.unit_price_micro * n.before + 3600000000, 7200000000)
        END::bigint AS gross
    FROM (
        SELECT p.*, coalesce(c.quantity, 0) - p.need
            + sum(p.need) OVER (PARTITION BY p.price_id, p.month ORDER BY p.charge_id) AS before
        FROM ({pieces}) p
        LEFT JOIN rating_counter c ON c.tenant_id = %(tenant_id)s
            AND c.price_id = p.price_id AND c.month = p.month
    ) n
    JOIN unnest(%(months)s::date[], %(booked_months)s::date[]) AS b (month, booked_month)
        ON b.month = n.month
    JOIN catalogue_price r ON r.id = n.price_id
    OFFSET 0
) AS priced
