-- A record that was suspended meanwhile has less quantity than cards x duration: its pieces share
-- it in proportion to their length, by largest remainder.
WITH irregular AS (
    SELECT u.usage_id, u.quantity, sum(p.quantity) AS full_quantity
    FROM rating_usage u JOIN rating_piece p ON p.usage_id = u.usage_id
    GROUP BY u.usage_id, u.quantity
    HAVING sum(p.quantity) <> u.quantity
), part AS (
    SELECT p.charge_id, i.usage_id, i.quantity, p.segment_no,
        div(i.quantity::numeric * p.quantity, i.full_quantity) AS base,
        mod(i.quantity::numeric * p.quantity, i.full_quantity) AS remainder
    FROM irregular i JOIN rating_piece p ON p.usage_id = i.usage_id
), ranked AS (
    SELECT charge_id, base, quantity - sum(base) OVER (PARTITION BY usage_id) AS left_over,
        row_number() OVER (PARTITION BY usage_id ORDER BY remainder DESC, segment_no) AS rank
    FROM part
)
UPDATE rating_piece p
SET quantity = r.base + (r.rank <= r.left_over)::int, need = r.base + (r.rank <= r.left_over)::int
FROM ranked r WHERE r.charge_id = p.charge_id
