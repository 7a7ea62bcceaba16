-- A text has its hash; what is copied down names the row that it was copied from.
ALTER TABLE listings_version ADD CONSTRAINT version_manifest_has_its_hash
    CHECK (manifest_sha256 = encode(sha256(manifest), 'hex'));
ALTER TABLE listings_version ADD CONSTRAINT version_copies_its_parents_burden
    FOREIGN KEY (parent_id, parent_burden_ppm) REFERENCES listings_version (id, burden_ppm);
ALTER TABLE listings_decision ADD CONSTRAINT decision_names_the_submitter
    FOREIGN KEY (submission_id, submitted_by_id) REFERENCES listings_submission (id, submitted_by_id);
ALTER TABLE listings_certificate ADD CONSTRAINT certificate_names_its_approval
    FOREIGN KEY (decision_id, outcome) REFERENCES listings_decision (submission_id, outcome);
ALTER TABLE listings_certificate ADD CONSTRAINT certificate_has_its_hash
    CHECK (sha256 = encode(sha256(document), 'hex'));

-- Number, files and lineage of a version never change, and its dossier only while it is editable;
-- what was never handed in may be thrown away.
CREATE FUNCTION listings_refuse_version_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'draft' THEN
            RAISE EXCEPTION 'version % was handed in: it is kept', OLD.id
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'version_kept';
        END IF;
        RETURN OLD;
    END IF;
    IF (to_jsonb(OLD) - '{dossier,state,revision,due_on}'::text[])
        IS DISTINCT FROM (to_jsonb(NEW) - '{dossier,state,revision,due_on}'::text[]) THEN
        RAISE EXCEPTION 'number, files and lineage of version % never change', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'version_never_edited';
    END IF;
    IF NEW.dossier IS DISTINCT FROM OLD.dossier
        AND OLD.state NOT IN ('draft', 'rectifying', 'withdrawn') THEN
        RAISE EXCEPTION 'the dossier of version % was handed in', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'version_dossier_frozen';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER refuse_version_edit BEFORE UPDATE OR DELETE ON listings_version
    FOR EACH ROW EXECUTE FUNCTION listings_refuse_version_edit();
