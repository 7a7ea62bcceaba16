-- Payments of a tenant to an operator and how much of each may go back, in reverse order of burn:
-- whole fen that are unspent, unheld, and neither refunded nor taken back already. While a payment
-- is disputed nothing of it goes back.
SELECT p.id AS payment_id, least(
        (b.posted - b.held) / 10000,
        p.received_fen
            - coalesce((SELECT sum(amount_fen) FROM payments_refund r
                WHERE r.payment_id = p.id AND r.state IN ('pending', 'succeeded')), 0)
            - coalesce((SELECT sum(withdrawn_fen - returned_fen) FROM payments_dispute d
                WHERE d.payment_id = p.id), 0)
    )::bigint AS refundable_fen
FROM payments_payment p
JOIN ledger_account a ON a.owner_kind = 'tenant' AND a.owner_id = p.tenant_id AND a.kind = 'paid'
    AND a.subject = 'stripe:' || p.public_id::text
JOIN ledger_credit_lot l ON l.account_id = a.id
JOIN ledger_balance b ON b.account_id = a.id
WHERE p.tenant_id = %(tenant_id)s AND p.operator_id = %(operator_id)s AND p.state = 'paid'
    AND NOT EXISTS (SELECT 1 FROM payments_dispute d
        WHERE d.payment_id = p.id AND d.state IN ('warning', 'open'))
ORDER BY l.specificity, l.expires_at DESC NULLS FIRST, l.granted DESC, l.account_id DESC
