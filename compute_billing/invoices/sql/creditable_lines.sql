-- What is left of an issuer's lines to a tenant that a correction may take back from, oldest first.
-- Read under the tenant's lock, under which alone lines are credited.
SELECT line.id AS line_id, line.usage_month, line.price_id, line.project_id, line.cluster_id,
    line.payer_kind, line.amount - coalesce(credited.credited, 0) AS left
FROM invoices_invoice_line line
LEFT JOIN invoices_credited credited ON credited.line_id = line.id
WHERE line.issuer_id = %(issuer_id)s AND line.tenant_id = %(tenant_id)s
    AND line.usage_month = ANY(%(usage_months)s) AND line.price_id = ANY(%(price_ids)s)
    AND line.amount > coalesce(credited.credited, 0)
ORDER BY line.id
