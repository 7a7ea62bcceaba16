-- What the books brought a payee, or took from him, since they were last looked at, by transaction.
--
-- Prepayments of tenants, cash that is kept and packages that wait are the pool `own`: whatever
-- leaves it is the payee's, whatever comes back into it is no longer his. So top-ups and refunds of
-- unspent money are nothing, fees of the keeper are his, and each fen is somebody's.
-- Where money crossed over says what it was. Use is told by month, cluster and price from the shares
-- that the postings sum up.
WITH own AS (
    SELECT id, NULL::bigint AS tenant_id FROM ledger_account
    WHERE owner_kind = 'operator' AND owner_id = %(payee_id)s AND unit = 'CNY'
        AND kind IN ('cash', 'package_deferred')
    UNION ALL
    SELECT account_id, tenant_id FROM ledger_credit_lot
    WHERE operator_id = %(payee_id)s AND stage = 'paid'
), looked_at AS (
    SELECT t.id, t.occurred_at FROM ledger_transaction t
    WHERE t.id > %(seen_to)s AND t.kind NOT LIKE 'payout%%'
        AND NOT EXISTS (SELECT FROM payouts_earning e
            WHERE e.payee_id = %(payee_id)s AND e.origin_id = t.id)
), side AS (
    SELECT t.id, t.occurred_at, o.tenant_id, p.destination_account_id AS other_id, p.amount
    FROM looked_at t JOIN ledger_posting p ON p.transaction_id = t.id
    JOIN own o ON o.id = p.source_account_id
    WHERE p.destination_account_id NOT IN (SELECT id FROM own)
    UNION ALL
    SELECT t.id, t.occurred_at, o.tenant_id, p.source_account_id, -p.amount
    FROM looked_at t JOIN ledger_posting p ON p.transaction_id = t.id
    JOIN own o ON o.id = p.destination_account_id
    WHERE p.source_account_id NOT IN (SELECT id FROM own)
), crossed AS (
    SELECT s.id AS origin_id, s.occurred_at, CASE a.kind
            WHEN 'compute_revenue' THEN 'use' WHEN 'package_revenue' THEN 'package'
            WHEN 'appropriation' THEN 'programme' WHEN 'payment_fee' THEN 'fee'
            WHEN 'own_funds' THEN 'own' WHEN 'arrears' THEN 'arrears'
            WHEN 'credit' THEN 'credit' WHEN 'breakage' THEN 'breakage' ELSE 'other' END AS kind,
        coalesce(CASE WHEN a.owner_kind = 'tenant' THEN a.owner_id END, s.tenant_id) AS tenant_id,
        sum(s.amount)::bigint AS amount
    FROM side s JOIN ledger_account a ON a.id = s.other_id
    GROUP BY 1, 2, 3, 4
    HAVING sum(s.amount) <> 0
), page AS (
    SELECT origin_id FROM crossed GROUP BY origin_id ORDER BY origin_id LIMIT %(limit)s
), used AS (
    SELECT s.transaction_id AS origin_id, s.tenant_id, c.usage_month AS month, c.cluster_id, c.price_id,
        sum(s.amount)::bigint AS amount
    FROM rating_charge_share s
    JOIN rating_charge c ON c.tenant_id = s.tenant_id AND c.recorded_month = s.recorded_month
        AND c.id = s.charge_id
    WHERE s.payer_kind = 'paid'
        AND s.tenant_id IN (SELECT tenant_id FROM crossed WHERE kind = 'use')
        AND s.transaction_id IN (SELECT origin_id FROM page)
        AND s.account_id IN (SELECT id FROM own)
    GROUP BY 1, 2, 3, 4, 5
    HAVING sum(s.amount) <> 0
), told AS (
    SELECT origin_id, 'use' AS kind, tenant_id, month, cluster_id, price_id, amount FROM used
    UNION ALL
    SELECT c.origin_id, c.kind, c.tenant_id, m.month, NULL, NULL, c.amount - coalesce((
            SELECT sum(u.amount) FROM used u
            WHERE c.kind = 'use' AND u.origin_id = c.origin_id AND u.tenant_id = c.tenant_id
        ), 0)::bigint
    FROM crossed c JOIN page ON page.origin_id = c.origin_id
    JOIN kernel_billing_month m ON m.starts_at <= c.occurred_at AND m.ends_at > c.occurred_at
)
SELECT origin_id, kind, tenant_id, month, cluster_id, price_id, amount
FROM told WHERE amount <> 0
ORDER BY origin_id, kind, tenant_id, month, cluster_id, price_id
