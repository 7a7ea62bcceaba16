-- What is kept stays as it is, but where its counter has to be unwound.
DELETE FROM rating_live l
WHERE l.is_kept AND NOT EXISTS (
    SELECT FROM unnest(%(price_ids)s::bigint[], %(months)s::date[], %(since_ids)s::bigint[])
        AS k (price_id, month, since_id)
    WHERE k.price_id = l.price_id AND k.month = l.month AND l.charge_id >= k.since_id)
