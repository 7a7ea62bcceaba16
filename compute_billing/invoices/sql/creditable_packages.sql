-- What is left of an issuer's lines to a tenant that fewer cards of these terms may take back from:
-- the term's own lines first, then others of its package, what was bought last first.
-- Read under the tenant's lock, under which alone lines are credited.
SELECT wanted.id AS term_id, line.tax_class, line.payer_kind, line.id AS line_id,
    line.amount - coalesce(credited.credited, 0) AS left
FROM packages_term wanted
JOIN packages_change bought ON bought.order_id = wanted.order_id
JOIN invoices_invoice_line line ON line.package_change_id = bought.id
LEFT JOIN invoices_credited credited ON credited.line_id = line.id
WHERE wanted.id = ANY(%(term_ids)s)
    AND line.issuer_id = %(issuer_id)s AND line.tenant_id = %(tenant_id)s
    AND line.amount > coalesce(credited.credited, 0)
ORDER BY wanted.id, bought.term_id = wanted.id DESC, line.id DESC
