-- The award shares of the staged charges that nobody has claimed yet. The basis of a share is the
-- net price that was left when the award's turn came. The table lives for one transaction.
DROP TABLE IF EXISTS pg_temp.claimable_share;
CREATE TEMP TABLE claimable_share ON COMMIT DROP AS
SELECT *
FROM (
    SELECT charge.tenant_id, charge.recorded_month, charge.charge_id, award.id AS award_id,
        award.fund_id, charge.claimant_id, share.amount, charge.adjusts_charge_id, award.exclusivity_group,
        charge.net - (sum(share.amount) OVER (
            PARTITION BY charge.charge_id ORDER BY award.stacking_order, award.id
        ) - share.amount)::bigint AS basis
    FROM claimable_charge charge
    JOIN rating_charge_share share
        ON share.tenant_id = charge.tenant_id AND share.recorded_month = charge.recorded_month
            AND share.charge_id = charge.charge_id
    JOIN subsidies_award award ON award.account_id = share.account_id
    WHERE share.payer_kind = 'award'
) AS found
WHERE amount <> 0 AND NOT EXISTS (
    SELECT FROM settlement_claimed claimed
    WHERE claimed.charge_id = found.charge_id
        AND claimed.exclusivity_group = found.exclusivity_group)
