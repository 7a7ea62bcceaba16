-- A version's text has its hash; what decides it and when it is in force name its maker, its
-- programme and its activation, so that one row can say that they fit.
ALTER TABLE programmes_version ADD CONSTRAINT programme_version_has_its_hash
    CHECK (sha256 = encode(sha256(document), 'hex'));
ALTER TABLE programmes_version_decision ADD CONSTRAINT programme_decision_names_the_maker
    FOREIGN KEY (version_id, maker_id) REFERENCES programmes_version (id, maker_id);
ALTER TABLE programmes_term ADD CONSTRAINT programme_term_names_its_programme
    FOREIGN KEY (version_id, code) REFERENCES programmes_version (id, code);
ALTER TABLE programmes_term ADD CONSTRAINT programme_term_names_its_activation
    FOREIGN KEY (version_id, decision) REFERENCES programmes_version_decision (version_id, decision);

-- Of a term only the end may be set, once.
CREATE FUNCTION programmes_refuse_term_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'the term of version % is a record: end it instead of deleting it',
            OLD.version_id USING ERRCODE = 'restrict_violation', CONSTRAINT = 'term_never_deleted';
    END IF;
    IF OLD.ends_at IS NOT NULL OR NEW.ends_at IS NULL
        OR (to_jsonb(OLD) - '{ends_at,ended_by_id,ended_because}'::text[])
            IS DISTINCT FROM (to_jsonb(NEW) - '{ends_at,ended_by_id,ended_because}'::text[]) THEN
        RAISE EXCEPTION 'the term of version % is never edited: only its end is set, once',
            OLD.version_id USING ERRCODE = 'restrict_violation', CONSTRAINT = 'term_ends_once';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER refuse_term_edit BEFORE UPDATE OR DELETE ON programmes_term
    FOR EACH ROW EXECUTE FUNCTION programmes_refuse_term_edit();
