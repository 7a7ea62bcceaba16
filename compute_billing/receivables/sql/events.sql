-- What made tenants owe operators for credit, took it back, or paid it, in the order of the books: at
-- one instant bills come first, then their credit notes, then money.
WITH credit AS (
    SELECT id, owner_id AS tenant_id FROM ledger_account
    WHERE owner_kind = 'tenant' AND owner_id = ANY(%(tenant_ids)s) AND kind = 'credit'
), billed AS (
    SELECT i.tenant_id, i.issuer_id AS operator_id, i.id, i.issued_at, i.due_on, sum(l.amount)::bigint AS amount
    FROM invoices_invoice i JOIN invoices_invoice_line l ON l.invoice_id = i.id
    WHERE i.tenant_id = ANY(%(tenant_ids)s) AND i.kind = 'bill' AND l.payer_kind = 'credit'
    GROUP BY i.id
), noted AS (
    SELECT i.tenant_id, i.issuer_id AS operator_id, i.issued_at, corrected.invoice_id,
        sum(c.amount)::bigint AS amount
    FROM invoices_invoice i
    JOIN invoices_invoice_line l ON l.invoice_id = i.id AND l.payer_kind = 'credit'
    JOIN invoices_credit c ON c.credit_line_id = l.id
    JOIN invoices_invoice_line corrected ON corrected.id = c.corrected_line_id
    WHERE i.tenant_id = ANY(%(tenant_ids)s) AND i.kind = 'credit_note'
    GROUP BY 1, 2, 3, 4
), repaid AS (
    SELECT credit.tenant_id, lot.operator_id, p.id, t.recorded_at,
        CASE WHEN p.destination_account_id = credit.id THEN p.amount ELSE -p.amount END AS amount
    FROM credit
    JOIN ledger_posting p ON credit.id IN (p.source_account_id, p.destination_account_id)
    JOIN ledger_credit_lot lot ON lot.account_id IN (p.source_account_id, p.destination_account_id)
    JOIN ledger_transaction t ON t.id = p.transaction_id
)
SELECT tenant_id, operator_id, CASE WHEN amount > 0 THEN 'owed' ELSE 'credited' END AS what,
    CASE WHEN amount > 0 THEN 'bill:' || id END AS key, due_on, issued_at AS at,
    NULL::bigint AS posting_id, abs(amount) AS amount, 0 AS rank, id AS place
FROM billed WHERE amount <> 0
UNION ALL
SELECT tenant_id, operator_id, 'credited', 'bill:' || invoice_id, NULL, issued_at, NULL, amount, 1, invoice_id
FROM noted
UNION ALL
SELECT tenant_id, operator_id, 'paid', NULL, NULL, recorded_at, id, amount, 2, id FROM repaid
ORDER BY tenant_id, operator_id, at, rank, place
