-- What was used on credit stands on bills and credit notes, or belongs to a month that is not closed.
WITH credit AS (
    SELECT id, owner_id AS tenant_id FROM ledger_account
    WHERE owner_kind = 'tenant' AND kind = 'credit'
), used AS (
    SELECT c.tenant_id, other.owner_id AS operator_id, sum(side.amount) AS amount
    FROM credit c
    CROSS JOIN LATERAL (
        SELECT destination_account_id AS other_id, amount FROM ledger_posting
        WHERE source_account_id = c.id
        UNION ALL
        SELECT source_account_id, -amount FROM ledger_posting WHERE destination_account_id = c.id
    ) side
    JOIN ledger_account other ON other.id = side.other_id AND other.kind = 'compute_revenue'
    GROUP BY 1, 2
), told AS (
    SELECT l.tenant_id, l.issuer_id AS operator_id, sum(l.amount) AS amount
    FROM invoices_invoice_line l WHERE l.payer_kind = 'credit' AND l.package_change_id IS NULL
    GROUP BY 1, 2
    UNION ALL
    SELECT s.tenant_id, pl.issuer_id, sum(s.amount)
    FROM credit k
    JOIN rating_charge_share s ON s.tenant_id = k.tenant_id AND s.account_id = k.id
    JOIN rating_charge c ON c.tenant_id = s.tenant_id AND c.recorded_month = s.recorded_month
        AND c.id = s.charge_id
    JOIN catalogue_price p ON p.id = c.price_id
    JOIN catalogue_price_list pl ON pl.id = p.price_list_id
    LEFT JOIN invoices_tenant_month m ON m.tenant_id = c.tenant_id AND m.month = c.booked_month
    WHERE m.state IS DISTINCT FROM 'closed'
    GROUP BY 1, 2
), summed AS (
    SELECT tenant_id, operator_id, sum(amount) AS amount FROM told GROUP BY 1, 2
)
SELECT tenant_id, operator_id, coalesce(u.amount, 0)::bigint AS used,
    coalesce(s.amount, 0)::bigint AS told
FROM used u FULL JOIN summed s USING (tenant_id, operator_id)
WHERE coalesce(u.amount, 0) <> coalesce(s.amount, 0)
ORDER BY 1, 2
LIMIT %(limit)s
