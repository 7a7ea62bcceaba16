-- A bill under the next number of its series, with its taxes and lines; of a credit note, which
-- lines it takes back from. The series' row stays
-- locked until the bill is committed, and a bill that is not takes its number back: no gaps.
WITH number AS (
    INSERT INTO invoices_series (issuer_id, series, last_number)
    VALUES (%(issuer_id)s, %(series)s, 1)
    ON CONFLICT ON CONSTRAINT invoice_series_unique
    DO UPDATE SET last_number = invoices_series.last_number + 1
    RETURNING last_number
), bill AS (
    INSERT INTO invoices_invoice (public_id, kind, issuer_id, tenant_id, period, sequence, series,
        number, issued_at, due_on, quantity, gross, discount, net, tax, programme,
        tenant_paid, arrears, total_fen, carried_micro, issuer_name, issuer_uscc, tenant_name,
        tenant_uscc, seal_head, procurement_id)
    SELECT %(public_id)s, %(kind)s, %(issuer_id)s, %(tenant_id)s, %(period)s, %(sequence)s, %(series)s,
        number.last_number, %(issued_at)s, %(due_on)s, %(quantity)s, %(gross)s, %(discount)s, %(net)s,
        %(tax)s, %(programme)s, %(tenant_paid)s, %(arrears)s, %(total_fen)s,
        %(carried_micro)s, issuer.name, coalesce(issuer.uscc, ''), tenant.name,
        coalesce(tenant.uscc, ''), %(seal_head)s,
        (SELECT id FROM invoices_procurement p WHERE p.tenant_id = %(tenant_id)s
            ORDER BY p.version DESC LIMIT 1)
    FROM number
    JOIN accounts_organisation issuer ON issuer.id = %(issuer_id)s
    JOIN accounts_organisation tenant ON tenant.id = %(tenant_id)s
    RETURNING id
), taxed AS (
    INSERT INTO invoices_tax (invoice_id, tax_class, net, tax)
    SELECT bill.id, tax.*
    FROM bill CROSS JOIN unnest(%(tax_classes)s::text[], %(tax_nets)s::bigint[],
        %(taxes)s::bigint[]) AS tax
), listed AS (
    INSERT INTO invoices_invoice_line (invoice_id, position, issuer_id, tenant_id, booked_month,
        sequence, usage_month, price_id, project_id, cluster_id, payer_kind, package_change_id, unit,
        quantity, amount, tax_class)
    SELECT bill.id, line.position, %(issuer_id)s, %(tenant_id)s, %(period)s, %(sequence)s,
        line.usage_month, line.price_id, line.project_id, line.cluster_id, line.payer_kind,
        line.package_change_id, line.unit,
        line.quantity, line.amount, line.tax_class
    FROM bill CROSS JOIN unnest(%(usage_months)s::date[], %(price_ids)s::bigint[],
        %(project_ids)s::bigint[], %(cluster_ids)s::bigint[], %(payer_kinds)s::text[],
        %(package_change_ids)s::bigint[], %(units)s::text[],
        %(quantities)s::numeric[], %(amounts)s::bigint[], %(line_tax_classes)s::text[])
        WITH ORDINALITY AS line (usage_month, price_id, project_id, cluster_id, payer_kind,
            package_change_id, unit, quantity,
            amount, tax_class, position)
    RETURNING id, position
), tied AS (
    INSERT INTO invoices_credit (credit_line_id, corrected_line_id, amount)
    SELECT listed.id, tie.line_id, tie.amount
    FROM unnest(%(tie_positions)s::bigint[], %(tie_lines)s::bigint[], %(tie_amounts)s::bigint[])
        AS tie (position, line_id, amount)
    JOIN listed ON listed.position = tie.position
    RETURNING corrected_line_id, amount
), counted AS (
    INSERT INTO invoices_credited (line_id, billed, credited)
    SELECT line.id, line.amount, sum(tied.amount)
    FROM tied JOIN invoices_invoice_line line ON line.id = tied.corrected_line_id
    GROUP BY line.id
    ON CONFLICT (line_id)
    DO UPDATE SET credited = invoices_credited.credited + EXCLUDED.credited
)
SELECT bill.id, number.last_number FROM bill CROSS JOIN number
