-- What belongs to a sandbox is numbered below zero, as its organisation is: whoever inserts says
-- whose it is, and the number follows. The CHECKs of the tables refuse any other.
CREATE TRIGGER number_below_zero BEFORE INSERT ON catalogue_compute_centre
    FOR EACH ROW WHEN (NEW.operator_id < 0) EXECUTE FUNCTION accounts_number_below_zero();
CREATE TRIGGER number_below_zero BEFORE INSERT ON catalogue_cluster
    FOR EACH ROW WHEN (NEW.centre_id < 0) EXECUTE FUNCTION accounts_number_below_zero();
CREATE TRIGGER number_below_zero BEFORE INSERT ON catalogue_price_list
    FOR EACH ROW WHEN (NEW.issuer_id < 0) EXECUTE FUNCTION accounts_number_below_zero();
CREATE TRIGGER number_below_zero BEFORE INSERT ON catalogue_price
    FOR EACH ROW WHEN (NEW.price_list_id < 0) EXECUTE FUNCTION accounts_number_below_zero();
CREATE TRIGGER number_below_zero BEFORE INSERT ON metering_usage_source
    FOR EACH ROW WHEN (NEW.default_cluster_id < 0) EXECUTE FUNCTION accounts_number_below_zero();
CREATE TRIGGER number_below_zero BEFORE INSERT ON ledger_account
    FOR EACH ROW WHEN (NEW.owner_id < 0) EXECUTE FUNCTION accounts_number_below_zero();

-- The volume tables take no foreign keys: what keeps the worlds apart must be told by the row.
ALTER TABLE metering_usage_key ADD CONSTRAINT usage_key_of_one_world
    CHECK ((source_id < 0) = (tenant_id < 0));
ALTER TABLE metering_usage_record ADD CONSTRAINT usage_record_of_one_world
    CHECK ((source_id < 0) = (tenant_id < 0) AND (cluster_id < 0) = (tenant_id < 0));
ALTER TABLE rating_charge ADD CONSTRAINT charge_of_one_world
    CHECK ((price_id < 0) = (tenant_id < 0));
ALTER TABLE rating_charge_share ADD CONSTRAINT charge_share_of_one_world
    CHECK ((account_id < 0) = (tenant_id < 0));
