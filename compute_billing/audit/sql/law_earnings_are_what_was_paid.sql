-- What a payee earned by a transaction is what left the pool of prepayments, kept cash and waiting
-- packages by it; nothing was left out that was recorded a day before his last look; and the
-- commission of some terms is the rate of their base.
WITH payee AS (
    SELECT y.organisation_id AS payee_id, (SELECT max(recorded_at) FROM payouts_entry e
        WHERE e.payee_id = y.organisation_id AND e.kind = 'earned') AS looked_at
    FROM payouts_payee y
), own AS (
    SELECT y.payee_id, a.id FROM payee y JOIN ledger_account a ON a.owner_id = y.payee_id
    WHERE a.owner_kind = 'operator' AND a.unit = 'CNY' AND a.kind IN ('cash', 'package_deferred')
    UNION ALL
    SELECT y.payee_id, l.account_id FROM payee y JOIN ledger_credit_lot l ON l.operator_id = y.payee_id
    WHERE l.stage = 'paid'
), side AS (
    SELECT o.payee_id, p.transaction_id, p.amount
    FROM own o JOIN ledger_posting p ON p.source_account_id = o.id
    UNION ALL
    SELECT o.payee_id, p.transaction_id, -p.amount
    FROM own o JOIN ledger_posting p ON p.destination_account_id = o.id
), left_pool AS (
    SELECT s.payee_id, s.transaction_id, sum(s.amount) AS amount, max(t.recorded_at) AS recorded_at
    FROM side s JOIN ledger_transaction t ON t.id = s.transaction_id AND t.kind NOT LIKE 'payout%%'
    GROUP BY 1, 2
), earned AS (
    SELECT payee_id, origin_id, sum(amount) AS amount FROM payouts_earning GROUP BY 1, 2
), based AS (
    SELECT terms_id, sum(amount) AS base, sum(commission) AS commission, sum(commission_tax) AS tax
    FROM payouts_earning WHERE kind NOT IN ('fee', 'own', 'other') GROUP BY terms_id
), problem AS (
    SELECT e.payee_id, e.origin_id, 'another amount left the pool' AS problem
    FROM earned e LEFT JOIN left_pool l ON l.payee_id = e.payee_id AND l.transaction_id = e.origin_id
    WHERE e.amount IS DISTINCT FROM l.amount
    UNION ALL
    SELECT l.payee_id, l.transaction_id, 'left out'
    FROM left_pool l JOIN payee y ON y.payee_id = l.payee_id
    LEFT JOIN earned e ON e.payee_id = l.payee_id AND e.origin_id = l.transaction_id
    WHERE e.origin_id IS NULL AND l.amount <> 0 AND l.recorded_at < y.looked_at - interval '1 day'
    UNION ALL
    SELECT t.payee_id, NULL, 'commission is not the rate of its base'
    FROM payouts_terms t JOIN payouts_counter c ON c.terms_id = t.id
    LEFT JOIN based b ON b.terms_id = t.id
    WHERE c.base <> coalesce(b.base, 0) OR c.commission <> coalesce(b.commission, 0)
        OR c.commission_tax <> coalesce(b.tax, 0)
        OR c.commission <> round(c.base::numeric * t.commission_ppm / 1000000)
        OR c.commission_tax <> round(c.commission::numeric * t.commission_tax_ppm / 1000000)
)
SELECT payee_id, origin_id, problem FROM problem ORDER BY 1, 2, 3 LIMIT %(limit)s
