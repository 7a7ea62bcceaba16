-- One pass over all shares: what each transaction took from each account for charges.
DROP TABLE IF EXISTS pg_temp.verify_shared;
CREATE TEMPORARY TABLE verify_shared AS
SELECT tenant_id, recorded_month, transaction_id, payer_kind, account_id, unit,
    sum(amount) AS amount
FROM rating_charge_share
GROUP BY tenant_id, recorded_month, transaction_id, payer_kind, account_id, unit;
ANALYZE pg_temp.verify_shared;
