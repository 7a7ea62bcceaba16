-- What red letters that are not refused take back of a blue line is counted, in fen without tax, in
-- tax and in micro-yuan, and is never more than the line says; each takes back of its own blue one.
WITH taken AS (
    SELECT l.corrects_id AS line_id, sum(l.amount_fen) AS amount_fen, sum(l.tax_fen) AS tax_fen,
        sum(l.net) AS net
    FROM einvoices_line l
    JOIN einvoices_einvoice e ON e.id = l.einvoice_id
    WHERE e.state IN ('requested', 'exported', 'issued') AND e.colour = 'red'
    GROUP BY l.corrects_id
), counted AS (
    SELECT l.id AS line_id, 'counted otherwise than taken back' AS problem
    FROM einvoices_line l
    JOIN einvoices_einvoice e ON e.id = l.einvoice_id AND e.colour = 'blue'
    LEFT JOIN einvoices_reversed r ON r.line_id = l.id
    LEFT JOIN taken t ON t.line_id = l.id
    WHERE (r.amount_fen, r.tax_fen, r.net) IS DISTINCT FROM (l.amount_fen, l.tax_fen, l.net)
        OR (r.reversed_amount_fen, r.reversed_tax_fen, r.reversed_net)
            IS DISTINCT FROM (coalesce(t.amount_fen, 0)::bigint, coalesce(t.tax_fen, 0)::bigint,
                coalesce(t.net, 0)::bigint)
        OR t.amount_fen > l.amount_fen OR t.tax_fen > l.tax_fen OR t.net > l.net
), strange AS (
    SELECT l.id AS line_id, 'takes back of another e-invoice' AS problem
    FROM einvoices_line l
    JOIN einvoices_einvoice e ON e.id = l.einvoice_id AND e.colour = 'red'
    LEFT JOIN einvoices_line b ON b.id = l.corrects_id
    WHERE b.einvoice_id IS DISTINCT FROM e.corrects_id
)
SELECT * FROM counted UNION ALL SELECT * FROM strange
ORDER BY line_id
LIMIT %(limit)s
