-- The shares of some charges of a tenant, each with the posting that carries it. A share of zero
-- has none; the posting's direction is the share's sign, its other side earns for the issuer.
SELECT s.charge_id, s.payer_kind, payer.subject AS payer, s.unit, s.amount, s.cause,
    t.recorded_at AS posted_at, p.id AS posting_id, p.amount AS posted, source.kind AS source_kind,
    destination.kind AS destination_kind
FROM rating_charge_share s
JOIN rating_charge c ON c.tenant_id = s.tenant_id AND c.recorded_month = s.recorded_month
    AND c.id = s.charge_id
JOIN catalogue_price price ON price.id = c.price_id
JOIN catalogue_price_list list ON list.id = price.price_list_id
JOIN ledger_account payer ON payer.id = s.account_id
JOIN ledger_transaction t ON t.id = s.transaction_id
LEFT JOIN ledger_account earning ON earning.owner_kind = 'operator'
    AND earning.owner_id = list.issuer_id AND earning.subject = '' AND earning.unit = s.unit
    AND earning.kind = CASE s.payer_kind WHEN 'in_kind' THEN 'card_time_used'
        ELSE 'compute_revenue' END
LEFT JOIN ledger_posting p ON s.amount <> 0 AND p.transaction_id = s.transaction_id
    AND p.source_account_id = CASE WHEN s.amount > 0 THEN s.account_id ELSE earning.id END
    AND p.destination_account_id = CASE WHEN s.amount > 0 THEN earning.id ELSE s.account_id END
LEFT JOIN ledger_account source ON source.id = p.source_account_id
LEFT JOIN ledger_account destination ON destination.id = p.destination_account_id
WHERE s.tenant_id = %(tenant_id)s AND s.recorded_month = %(recorded_month)s
    AND s.charge_id = ANY(%(charge_ids)s::bigint[])
ORDER BY s.charge_id, array_position(
    ARRAY['in_kind', 'promotion', 'award', 'paid', 'credit', 'arrears'], s.payer_kind), payer.subject
