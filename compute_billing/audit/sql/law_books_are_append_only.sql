-- Each book and each partition of it: a row trigger on UPDATE and DELETE that fires, and no right
-- of the app role to change, delete or truncate. The list stands here on purpose: a book that
-- lost its trigger must not drop out of it.
WITH book (name) AS (
    VALUES ('kernel_billing_month'), ('kernel_audit_entry'), ('kernel_seal'),
        ('kernel_seal_entry'), ('metering_usage_key'), ('metering_usage_record'),
        ('metering_conflict_resolution'), ('metering_source_totals'),
        ('metering_source_totals_line'), ('metering_difference_resolution'),
        ('rating_charge'), ('rating_charge_share'), ('ledger_account'), ('ledger_transaction'),
        ('ledger_posting'), ('catalogue_price_tier'), ('catalogue_price_draft'),
        ('catalogue_price_draft_decision'), ('rating_price_draft_effect'), ('invoices_invoice'),
        ('invoices_invoice_line'), ('invoices_tax'), ('invoices_credit'), ('settlement_claim_line'),
        ('settlement_claimed'), ('settlement_operator_statement'),
        ('settlement_operator_statement_line'), ('accounts_verification_submission'),
        ('accounts_verification_decision')
), part AS (
    SELECT book.name AS book, coalesce(tree.relid::oid, to_regclass(book.name)::oid) AS relid
    FROM book LEFT JOIN LATERAL pg_partition_tree(to_regclass(book.name)) tree ON true
), finding AS (
    SELECT book, relid, 'the table does not exist' AS problem FROM part WHERE relid IS NULL
    UNION ALL
    SELECT book, relid, 'its trigger is missing or switched off'
    FROM part
    WHERE relid IS NOT NULL AND NOT EXISTS (
        -- 1 row-level, 2 before, 8 on delete, 16 on update.
        SELECT FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid
        WHERE t.tgrelid = part.relid AND f.proname = 'refuse_change'
            AND t.tgenabled IN ('O', 'A') AND t.tgtype & 27 = 27 AND t.tgqual IS NULL)
    UNION ALL
    SELECT book, relid, 'the app role may ' || lower(privilege)
    FROM part CROSS JOIN (VALUES ('UPDATE'), ('DELETE'), ('TRUNCATE')) AS p (privilege)
    WHERE relid IS NOT NULL AND (
        has_table_privilege('suanji_app', relid, privilege)
        OR (privilege = 'UPDATE'
            AND has_any_column_privilege('suanji_app', relid, privilege)))
)
SELECT book, coalesce(c.relname, book) AS table_name, problem
FROM finding LEFT JOIN pg_class c ON c.oid = finding.relid
ORDER BY book, table_name, problem
LIMIT %(limit)s
