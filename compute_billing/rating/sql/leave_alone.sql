-- What is kept stays as it is, but where a counter of its price or of its awards is unwound.
DELETE FROM rating_live l
WHERE l.is_kept AND NOT EXISTS (
    SELECT FROM unnest(%(price_ids)s::bigint[], %(months)s::date[], %(since_ids)s::bigint[])
        AS k (price_id, month, since_id)
    WHERE k.price_id = l.price_id AND k.month = l.month AND l.charge_id >= k.since_id)
    AND NOT EXISTS (
        SELECT FROM unnest(%(award_account_ids)s::bigint[], %(award_since_ids)s::bigint[])
            AS k (account_id, since_id)
        JOIN rating_charge_share s ON s.tenant_id = %(tenant_id)s
            AND s.recorded_month = l.recorded_month AND s.charge_id = l.charge_id
            AND s.payer_kind = 'award' AND s.account_id = k.account_id
        WHERE l.charge_id >= k.since_id)
