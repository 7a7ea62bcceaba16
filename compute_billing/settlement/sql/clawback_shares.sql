-- What a voucher bore of each charge that was claimed, less what corrections gave back, and was not
-- taken back yet; of one provider, if he is to give it back.
SELECT root.id AS charge_id, root.recorded_month, sum(family.gross - family.discount)::bigint AS basis,
    sum(share.amount)::bigint AS amount
FROM rating_charge root
JOIN rating_charge family ON family.tenant_id = root.tenant_id
    AND (family.reverses_id = root.id
        OR (family.id = root.id AND family.recorded_month = root.recorded_month))
JOIN rating_charge_share share ON share.tenant_id = family.tenant_id
    AND share.recorded_month = family.recorded_month AND share.charge_id = family.id
    AND share.payer_kind = 'award' AND share.account_id = %(account_id)s
JOIN catalogue_price price ON price.id = root.price_id
JOIN catalogue_price_list list ON list.id = price.price_list_id
WHERE root.tenant_id = %(tenant_id)s AND root.reverses_id IS NULL
    AND (%(used_from)s::timestamptz IS NULL OR root.segment_start >= %(used_from)s)
    AND (%(used_until)s::timestamptz IS NULL OR root.segment_start < %(used_until)s)
    AND (%(debtor_id)s::bigint IS NULL OR list.issuer_id = %(debtor_id)s)
    AND EXISTS (SELECT FROM settlement_claimed claimed WHERE claimed.charge_id = root.id)
    AND NOT EXISTS (
        SELECT FROM settlement_clawback_line taken
        JOIN settlement_clawback clawback ON clawback.id = taken.clawback_id
        WHERE taken.charge_id = root.id AND clawback.award_id = %(award_id)s)
GROUP BY root.id, root.recorded_month
HAVING sum(share.amount) > 0
ORDER BY root.id
