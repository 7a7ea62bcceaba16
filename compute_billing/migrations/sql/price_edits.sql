-- A price may only be ended: once, and not before the last second that was charged with it.
CREATE FUNCTION catalogue_refuse_price_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'price % is a record: end it instead of deleting it', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF (to_jsonb(OLD) - 'valid') IS DISTINCT FROM (to_jsonb(NEW) - 'valid')
        OR lower(OLD.valid) IS DISTINCT FROM lower(NEW.valid) THEN
        RAISE EXCEPTION 'price % is never edited: only its end may be set', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT upper_inf(OLD.valid) THEN
        RAISE EXCEPTION 'the end of price % is set already', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT FROM rating_charge c
               WHERE c.price_id = NEW.id AND c.segment_end > upper(NEW.valid)) THEN
        RAISE EXCEPTION 'price % has charged seconds after its new end', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER refuse_price_edit BEFORE UPDATE OR DELETE ON catalogue_price
    FOR EACH ROW EXECUTE FUNCTION catalogue_refuse_price_edit();
