SELECT price.id, issuer.code AS issuer, list.code AS price_list, meter.code AS meter, price.band,
    price.unit_price_micro
FROM catalogue_price price
JOIN catalogue_price_list list ON list.id = price.price_list_id
JOIN catalogue_meter meter ON meter.id = price.meter_id
JOIN accounts_organisation issuer ON issuer.id = list.issuer_id
WHERE price.id = ANY(%(price_ids)s::bigint[])
