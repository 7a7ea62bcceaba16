-- What disputed use was charged to credit or arrears, by dispute: booked in which month, and when.
SELECT d.tenant_id, d.id AS dispute_id, d.disputed_micro, d.operator_id, s.payer_kind, i.id AS bill_id,
    t.occurred_at, sum(s.amount)::bigint AS amount
FROM disputes_usage_dispute d
JOIN rating_charge c ON c.tenant_id = d.tenant_id AND c.recorded_month = d.recorded_month
    AND c.usage_id = d.usage_id
JOIN rating_charge_share s ON s.tenant_id = c.tenant_id AND s.recorded_month = c.recorded_month
    AND s.charge_id = c.id AND s.payer_kind IN ('credit', 'arrears')
JOIN ledger_transaction t ON t.id = s.transaction_id
LEFT JOIN invoices_invoice i ON i.tenant_id = d.tenant_id AND i.issuer_id = d.operator_id
    AND i.period = c.booked_month AND i.kind = 'bill'
WHERE d.tenant_id = ANY(%(tenant_ids)s) AND d.state = ANY(%(states)s)
GROUP BY d.id, s.payer_kind, i.id, t.occurred_at
HAVING sum(s.amount) > 0
ORDER BY d.id, t.occurred_at
