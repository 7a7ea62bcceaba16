-- What each package has earned in a month, with the last term that lies in the month.
SELECT o.tenant_id, o.operator_id, o.number, k.contract_no, c.code AS cluster, m.code AS card_type,
    r.month, coalesce(cards.cards, 0)::int AS cards, t.price_micro, t.tax_class, r.amount_micro
FROM packages_recognition r
JOIN packages_order o ON o.id = r.order_id
JOIN catalogue_cluster c ON c.id = o.cluster_id
JOIN catalogue_meter m ON m.id = o.meter_id
JOIN LATERAL (
    SELECT * FROM packages_term t
    WHERE t.order_id = o.id AND t.starts_on < %(month_end)s
    ORDER BY t.term_no DESC LIMIT 1
) t ON true
JOIN contracts_compute_contract k ON k.id = t.contract_id
LEFT JOIN LATERAL (
    SELECT sum(g.cards_after - g.cards_before) AS cards FROM packages_change g
    WHERE g.term_id = t.id AND g.starts_on < %(month_end)s
) cards ON true
WHERE r.month = %(month)s AND r.amount_micro > 0
    AND (%(tenant_id)s::bigint IS NULL OR o.tenant_id = %(tenant_id)s)
ORDER BY o.tenant_id, o.number
