-- What came in, went back and was kept as a fee stands in the books once each, and nothing else does.
-- Amounts are seen from the money that lies at Stripe: positive where it came in.
WITH told AS (
    SELECT 'top_up' AS kind, 'stripe:' || public_id::text AS reference, id AS payment_id,
        received_fen * 10000::numeric AS amount
    FROM payments_payment WHERE state = 'paid'
    UNION ALL
    SELECT 'payment_fee', stripe_balance_transaction, id, -fee_fen * 10000::numeric
    FROM payments_payment WHERE fee_fen <> 0
    UNION ALL
    SELECT 'refund', CASE WHEN is_foreign THEN stripe_refund ELSE public_id::text END, payment_id,
        -amount_fen * 10000::numeric
    FROM payments_refund WHERE succeeded_at IS NOT NULL
    UNION ALL
    SELECT 'refund_returned', public_id::text, payment_id, amount_fen * 10000::numeric
    FROM payments_refund WHERE succeeded_at IS NOT NULL AND failed_at IS NOT NULL
    UNION ALL
    SELECT 'dispute', public_id::text, payment_id, (returned_fen - withdrawn_fen) * 10000::numeric
    FROM payments_dispute WHERE withdrawn_fen > returned_fen
    UNION ALL
    SELECT 'payment_fee', public_id::text, payment_id, -fee_fen * 10000::numeric
    FROM payments_dispute WHERE fee_fen <> 0
), posted AS (
    SELECT CASE WHEN t.kind LIKE 'dispute%%' THEN 'dispute' ELSE t.kind END AS kind,
        -- A dispute moves by steps, each with the figures it came to behind a colon.
        CASE WHEN t.kind IN ('dispute_withdrawn', 'dispute_returned', 'payment_fee')
            THEN split_part(t.reference, ':', 1) ELSE t.reference END AS reference,
        sum(CASE WHEN s.kind = 'cash' THEN p.amount ELSE -p.amount END) AS amount
    FROM ledger_transaction t
    JOIN ledger_posting p ON p.transaction_id = t.id
    JOIN ledger_account s ON s.id = p.source_account_id
    WHERE t.kind IN ('payment_fee', 'refund', 'refund_returned', 'dispute_withdrawn',
            'dispute_returned')
        OR (t.kind = 'top_up' AND t.reference LIKE 'stripe:%%')
    GROUP BY 1, 2
    HAVING sum(CASE WHEN s.kind = 'cash' THEN p.amount ELSE -p.amount END) <> 0
)
SELECT coalesce(t.kind, p.kind) AS kind, coalesce(t.reference, p.reference) AS reference,
    t.payment_id, t.amount AS told, p.amount AS posted
FROM told t FULL JOIN posted p ON p.kind = t.kind AND p.reference = t.reference
WHERE t.amount IS DISTINCT FROM p.amount
ORDER BY 1, 2
LIMIT %(limit)s
