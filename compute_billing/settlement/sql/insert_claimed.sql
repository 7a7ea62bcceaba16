-- All shares of a charge are claimed together; a second claim of one fails on the key.
INSERT INTO settlement_claimed (charge_id, exclusivity_group)
SELECT DISTINCT charge_id, exclusivity_group FROM claimable_share
