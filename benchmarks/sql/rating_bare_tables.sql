-- The same columns and primary keys as the books, without a check, a trigger or a second key.
CREATE TABLE bare_charge (LIKE rating_charge INCLUDING DEFAULTS,
    PRIMARY KEY (tenant_id, recorded_month, id));
CREATE TABLE bare_charge_share (LIKE rating_charge_share INCLUDING DEFAULTS,
    PRIMARY KEY (tenant_id, recorded_month, charge_id, payer_kind, account_id));
CREATE TABLE bare_posting (LIKE ledger_posting INCLUDING DEFAULTS INCLUDING IDENTITY,
    PRIMARY KEY (id));
GRANT SELECT, INSERT ON bare_charge, bare_charge_share, bare_posting TO suanji_app
