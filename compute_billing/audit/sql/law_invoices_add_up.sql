-- The head is the sum of its lines, in this issuer's name; whole fen are F(all so far) less what
-- was asked for before, with F round half up (half away from zero), and the rest is carried.
WITH summed AS (
    SELECT invoice_id,
        coalesce(sum(quantity), 0) AS quantity,
        coalesce(sum(amount) FILTER (WHERE payer_kind = 'promotion'), 0) AS discount,
        coalesce(sum(amount) FILTER (WHERE payer_kind = 'award'), 0) AS programme,
        coalesce(sum(amount) FILTER (WHERE payer_kind IN ('paid', 'credit')), 0) AS tenant_paid,
        coalesce(sum(amount) FILTER (WHERE payer_kind = 'arrears'), 0) AS arrears
    FROM invoices_invoice_line GROUP BY invoice_id
), so_far AS (
    SELECT i.*,
        sum(net::numeric) OVER earlier AS amount_so_far,
        coalesce(sum(total_fen) OVER (earlier ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
            0) AS fen_before
    FROM invoices_invoice i
    WINDOW earlier AS (PARTITION BY issuer_id, tenant_id ORDER BY id)
), expected AS (
    SELECT id, fen - fen_before AS total_fen, amount_so_far - fen * 10000 AS carried_micro
    FROM so_far
    CROSS JOIN LATERAL (SELECT sign(amount_so_far)
        * div(2 * abs(amount_so_far) + 10000, 20000) AS fen) AS rounded
)
SELECT i.id AS invoice_id, i.issuer_id, i.tenant_id, i.period, i.series, i.number
FROM invoices_invoice i
JOIN expected e ON e.id = i.id
LEFT JOIN summed s ON s.invoice_id = i.id
WHERE i.gross <> i.discount + i.net
    OR i.net <> i.programme + i.tenant_paid + i.arrears
    OR (i.quantity, i.discount, i.programme, i.tenant_paid, i.arrears) IS DISTINCT FROM
        (coalesce(s.quantity, 0), coalesce(s.discount, 0), coalesce(s.programme, 0),
            coalesce(s.tenant_paid, 0), coalesce(s.arrears, 0))
    OR (i.total_fen, i.carried_micro) IS DISTINCT FROM (e.total_fen, e.carried_micro)
    OR EXISTS (
        SELECT FROM invoices_invoice_line l WHERE l.invoice_id = i.id
            AND (l.issuer_id, l.tenant_id, l.booked_month) <> (i.issuer_id, i.tenant_id, i.period))
ORDER BY i.id
LIMIT %(limit)s
