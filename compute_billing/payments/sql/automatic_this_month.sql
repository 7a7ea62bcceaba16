-- What was asked of a saved card in the billing month of an instant and did not fail, in fen.
SELECT coalesce(sum(p.amount_fen), 0)::bigint AS amount
FROM payments_payment p
JOIN kernel_billing_month m ON m.starts_at <= p.asked_at AND p.asked_at < m.ends_at
    AND m.starts_at <= %(now)s AND %(now)s < m.ends_at
WHERE p.tenant_id = %(tenant_id)s AND p.operator_id = %(operator_id)s AND p.way = 'automatic'
    AND p.state IN ('asked', 'open', 'paid')
