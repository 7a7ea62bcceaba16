-- A price may only be ended: once, and not before the last second that was charged with it. Each
-- refusal has a name, so that it becomes a domain error.
CREATE OR REPLACE FUNCTION catalogue_refuse_price_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'price % is a record: end it instead of deleting it', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'price_never_deleted';
    END IF;
    IF (to_jsonb(OLD) - 'valid') IS DISTINCT FROM (to_jsonb(NEW) - 'valid')
        OR lower(OLD.valid) IS DISTINCT FROM lower(NEW.valid) THEN
        RAISE EXCEPTION 'price % is never edited: only its end may be set', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'price_never_edited';
    END IF;
    IF NOT upper_inf(OLD.valid) THEN
        RAISE EXCEPTION 'the end of price % is set already', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'price_ends_once';
    END IF;
    -- A record is metered when its use is over, so older months cannot hold such a charge.
    IF EXISTS (SELECT FROM rating_charge c
               WHERE c.price_id = NEW.id AND c.segment_end > upper(NEW.valid)
                   AND c.recorded_month >=
                       date_trunc('month', upper(NEW.valid) AT TIME ZONE 'UTC')::date) THEN
        RAISE EXCEPTION 'price % has charged seconds after its new end', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'price_end_not_before_charges';
    END IF;
    RETURN NEW;
END
$$;

-- Another tier would change what a used price charged.
CREATE FUNCTION catalogue_refuse_late_tier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM rating_counter c WHERE c.price_id = NEW.price_id) THEN
        RAISE EXCEPTION 'price % is in use: correct it instead of adding a tier', NEW.price_id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'price_tier_not_after_use';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER refuse_late_tier BEFORE INSERT ON catalogue_price_tier
    FOR EACH ROW EXECUTE FUNCTION catalogue_refuse_late_tier();

-- Live balances are updated in place: room on the page keeps them from moving.
ALTER TABLE ledger_balance SET (fillfactor = 60);
