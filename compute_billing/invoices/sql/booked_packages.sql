-- What tenants bought as packages or gave back before a month's end and no bill says yet: a row for
-- each change, with what lots and what the credit limit bore of it by the postings of its act, lots
-- first, term by term.
WITH due AS (
    SELECT g.id AS change_id, g.order_id, g.term_id, g.act_no, g.amount_micro, g.made_at,
        o.tenant_id, o.operator_id AS issuer_id, o.cluster_id, t.tax_class,
        o.number || ':' || g.act_no AS reference,
        sum(abs(g.amount_micro)) OVER (PARTITION BY g.order_id, g.act_no ORDER BY t.term_no) AS upto
    FROM packages_order o
    JOIN packages_change g ON g.order_id = o.id
    JOIN packages_term t ON t.id = g.term_id
    WHERE o.tenant_id = ANY(%(tenant_ids)s) AND g.made_at < %(ends_at)s AND g.amount_micro <> 0
        AND NOT EXISTS (SELECT FROM invoices_invoice_line l WHERE l.package_change_id = g.id)
), moved AS (
    SELECT t.reference, coalesce(sum(p.amount) FILTER (WHERE a.kind <> 'credit'), 0) AS by_lots
    FROM (SELECT DISTINCT reference FROM due) act
    JOIN ledger_transaction t
        ON t.kind IN ('package_sold', 'package_refunded') AND t.reference = act.reference
    JOIN ledger_posting p ON p.transaction_id = t.id
    JOIN ledger_account a ON a.id = CASE t.kind
        WHEN 'package_sold' THEN p.source_account_id ELSE p.destination_account_id END
    GROUP BY t.reference
)
SELECT due.tenant_id, due.issuer_id, border.month AS usage_month, due.cluster_id, due.tax_class,
    due.change_id, due.order_id, due.term_id, due.amount_micro,
    (sign(due.amount_micro) * (least(due.upto, moved.by_lots)
        - least(due.upto - abs(due.amount_micro), moved.by_lots)))::bigint AS by_lots
FROM due
JOIN moved ON moved.reference = due.reference
JOIN kernel_billing_month border
    ON border.starts_at <= due.made_at AND border.ends_at > due.made_at
ORDER BY due.tenant_id, due.issuer_id, due.change_id
