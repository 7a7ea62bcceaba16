-- A lot may pay a charge twice, from what is set aside for its job and from what is free: one share.
INSERT INTO rating_charge_share (tenant_id, recorded_month, charge_id, payer_kind, account_id, unit,
    amount, transaction_id, cause)
SELECT tenant_id, recorded_month, charge_id, payer_kind, account_id, unit, sum(amount)::bigint,
    transaction_id, cause
FROM rating_share
GROUP BY tenant_id, recorded_month, charge_id, payer_kind, account_id, unit, transaction_id, cause
ORDER BY charge_id
