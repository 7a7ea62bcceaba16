SELECT price.id, issuer.code AS issuer, list.code AS price_list, list.kind AS list_kind,
    list.customer_class, meter.code AS meter, card_type.name AS card_type, price.band,
    band.starts_minute AS band_starts_minute, band.ends_minute AS band_ends_minute,
    price.unit_price_micro
FROM catalogue_price price
JOIN catalogue_price_list list ON list.id = price.price_list_id
JOIN catalogue_meter meter ON meter.id = price.meter_id
JOIN catalogue_card_type card_type ON card_type.id = meter.card_type_id
JOIN accounts_organisation issuer ON issuer.id = list.issuer_id
LEFT JOIN catalogue_time_band band ON band.price_list_id = list.id AND band.code = price.band
WHERE price.id = ANY(%(price_ids)s::bigint[])
