SELECT g.id, operator.code AS issuer, o.public_id AS package, o.number, k.contract_no,
    meter.code AS meter, card_type.name AS card_type, g.cards_after - g.cards_before AS cards,
    g.starts_on, g.ends_on - 1 AS last_on, t.price_micro
FROM packages_change g
JOIN packages_order o ON o.id = g.order_id
JOIN packages_term t ON t.id = g.term_id
JOIN contracts_compute_contract k ON k.id = t.contract_id
JOIN catalogue_meter meter ON meter.id = o.meter_id
JOIN catalogue_card_type card_type ON card_type.id = meter.card_type_id
JOIN accounts_organisation operator ON operator.id = o.operator_id
WHERE g.id = ANY(%(ids)s::bigint[])
