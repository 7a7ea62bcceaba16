-- The months and prices that are touched, the highest unit price of each, and who earns by it; an
-- account is NULL that nobody opened.
SELECT p.month, p.price_id, l.issuer_id, 'CT:' || m.code AS card_time_unit,
    greatest(r.unit_price_micro, (SELECT max(t.unit_price_micro) FROM catalogue_price_tier t
        WHERE t.price_id = r.id)) AS highest_price_micro,
    revenue.id AS revenue_account_id, used.id AS card_time_account_id
FROM ({touched}) p
JOIN catalogue_price r ON r.id = p.price_id
JOIN catalogue_price_list l ON l.id = r.price_list_id
JOIN catalogue_meter m ON m.id = r.meter_id
LEFT JOIN ledger_account revenue ON revenue.owner_kind = 'operator'
    AND revenue.owner_id = l.issuer_id AND revenue.kind = 'compute_revenue'
    AND revenue.subject = '' AND revenue.unit = 'CNY'
LEFT JOIN ledger_account used ON used.owner_kind = 'operator'
    AND used.owner_id = l.issuer_id AND used.kind = 'card_time_used'
    AND used.subject = '' AND used.unit = 'CT:' || m.code
ORDER BY l.issuer_id, card_time_unit, p.price_id, p.month
