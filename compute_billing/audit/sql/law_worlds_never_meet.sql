-- The world of a row is 0 where its organisation is real, and the sandbox's own number otherwise.
WITH offender AS (
    SELECT 'posting' AS what, p.id, least(s.owner_id, 0) AS world, least(d.owner_id, 0) AS other
    FROM ledger_posting p
    JOIN ledger_account s ON s.id = p.source_account_id
    JOIN ledger_account d ON d.id = p.destination_account_id
    WHERE least(s.owner_id, 0) <> least(d.owner_id, 0)
    UNION ALL
    SELECT 'transaction', p.transaction_id, min(least(a.owner_id, 0)), max(least(a.owner_id, 0))
    FROM ledger_posting p JOIN ledger_account a ON a.id = p.source_account_id
    GROUP BY p.transaction_id HAVING min(least(a.owner_id, 0)) <> max(least(a.owner_id, 0))
    UNION ALL
    SELECT 'lot', l.account_id, least(l.tenant_id, 0), least(l.operator_id, 0)
    FROM ledger_credit_lot l
    WHERE least(l.tenant_id, 0) <> least(l.operator_id, 0)
    UNION ALL
    SELECT 'usage', r.id, least(r.tenant_id, 0), least(coalesce(c.operator_id, r.source_id), 0)
    FROM verify_scope v
    JOIN metering_usage_record r USING (tenant_id, recorded_month)
    LEFT JOIN metering_usage_source s ON s.id = r.source_id
    LEFT JOIN catalogue_cluster k ON k.id = s.default_cluster_id
    LEFT JOIN catalogue_compute_centre c ON c.id = k.centre_id
    WHERE r.recorded_month = ANY(%(months)s::date[])
        AND least(r.tenant_id, 0) <> least(coalesce(c.operator_id, r.source_id), 0)
    UNION ALL
    SELECT DISTINCT 'charges by price', g.price_id, least(g.tenant_id, 0), least(l.issuer_id, 0)
    FROM verify_charged g
    JOIN catalogue_price p ON p.id = g.price_id
    JOIN catalogue_price_list l ON l.id = p.price_list_id
    WHERE least(g.tenant_id, 0) <> least(l.issuer_id, 0)
    UNION ALL
    SELECT DISTINCT 'shares of account', h.account_id, least(h.tenant_id, 0), least(a.owner_id, 0)
    FROM verify_shared h
    JOIN ledger_account a ON a.id = h.account_id
    WHERE least(h.tenant_id, 0) <> least(a.owner_id, 0)
    UNION ALL
    SELECT 'bill', i.id, least(i.tenant_id, 0), least(i.issuer_id, 0)
    FROM invoices_invoice i
    WHERE least(i.tenant_id, 0) <> least(i.issuer_id, 0)
    UNION ALL
    SELECT 'line of a bill', n.id, least(n.tenant_id, 0), least(l.issuer_id, 0)
    FROM invoices_invoice_line n
    JOIN catalogue_price p ON p.id = n.price_id
    JOIN catalogue_price_list l ON l.id = p.price_list_id
    WHERE least(n.tenant_id, 0) <> least(l.issuer_id, 0)
    -- What is settled or paid by the public is of the real world alone.
    UNION ALL
    SELECT 'line of a statement', invoice_id, tenant_id, 0
    FROM settlement_operator_statement_line WHERE tenant_id < 0
    UNION ALL
    SELECT 'line of a claim', charge_id, tenant_id, 0
    FROM settlement_claim_line WHERE tenant_id < 0
    UNION ALL
    SELECT 'award', id, tenant_id, 0 FROM subsidies_award WHERE tenant_id < 0
)
SELECT what, id, world, other FROM offender ORDER BY what, id LIMIT %(limit)s
