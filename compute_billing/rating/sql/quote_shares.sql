-- Who pays for each segment of the use in the work tables, in the order of payment.
SELECT c.charge_id, c.payer_kind, a.subject AS payer, c.unit, sum(c.amount)::bigint AS amount
FROM rating_charge_share c
JOIN rating_segment s ON s.charge_id = c.charge_id
JOIN ledger_account a ON a.id = c.account_id
WHERE c.tenant_id = %(tenant_id)s AND c.recorded_month = s.recorded_month
GROUP BY c.charge_id, c.payer_kind, a.subject, c.unit, c.account_id
HAVING sum(c.amount) <> 0
ORDER BY array_position(ARRAY['in_kind', 'promotion', 'award', 'paid', 'credit', 'arrears'],
    c.payer_kind::text), c.account_id, c.charge_id
