"""SQL of 0001: the app role, its privileges, and the functions that keep books append-only.

Works as a superuser and as an owner with CREATEROLE, on PostgreSQL 15 and later.
"""

# The role is one per cluster, so several databases may be migrated into it at once.
CREATE_ROLE = """
DO $body$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'suanji_app') THEN
        CREATE ROLE suanji_app NOLOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'the role suanji_app does not exist and % may not create it', current_user
        USING HINT = 'Let an administrator run: CREATE ROLE suanji_app NOLOGIN; '
            || 'GRANT suanji_app TO ' || quote_ident(current_user) || ';',
            ERRCODE = 'insufficient_privilege';
END
$body$;
"""

# The owner must be able to SET ROLE suanji_app, which is how tests and processes assume it.
GRANT_ROLE = """
DO $body$
BEGIN
    IF EXISTS (
        SELECT FROM pg_auth_members
         WHERE roleid = 'suanji_app'::regrole AND member = current_user::regrole
    ) AND current_setting('server_version_num')::int < 160000 THEN
        RETURN;
    END IF;
    FOR attempt IN 1 .. 5 LOOP
        BEGIN
            GRANT suanji_app TO CURRENT_USER;
            RETURN;
        EXCEPTION
            -- Two migrations of one cluster met on the same row of pg_auth_members.
            WHEN unique_violation OR internal_error THEN
                PERFORM pg_sleep(0.05 * attempt);
        END;
    END LOOP;
    GRANT suanji_app TO CURRENT_USER;
EXCEPTION
    WHEN insufficient_privilege THEN
        IF NOT pg_has_role(current_user, 'suanji_app', 'MEMBER') THEN
            RAISE EXCEPTION '% is not a member of suanji_app', current_user
            USING HINT = 'Let an administrator run: GRANT suanji_app TO '
                || quote_ident(current_user) || ';',
                ERRCODE = 'insufficient_privilege';
        END IF;
END
$body$;
"""

# Tables of other apps may exist already: this migration need not be the first to run.
GRANT_TABLES = """
GRANT USAGE ON SCHEMA public TO suanji_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO suanji_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO suanji_app;
DO $body$
DECLARE
    relation record;
BEGIN
    FOR relation IN
        SELECT oid::regclass AS name, relkind
          FROM pg_class
         WHERE relnamespace = 'public'::regnamespace
           AND relkind IN ('r', 'p', 'S')
           AND pg_has_role(current_user, relowner, 'USAGE')
    LOOP
        IF relation.relkind = 'S' THEN
            EXECUTE format('GRANT USAGE, SELECT ON SEQUENCE %s TO suanji_app', relation.name);
        ELSE
            EXECUTE format(
                'GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE %s TO suanji_app', relation.name);
        END IF;
    END LOOP;
END
$body$;
"""

# The role stays: other databases of the cluster may use it.
REVOKE_TABLES = """
ALTER DEFAULT PRIVILEGES IN SCHEMA public
    REVOKE SELECT, INSERT, UPDATE, DELETE ON TABLES FROM suanji_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public
    REVOKE USAGE, SELECT ON SEQUENCES FROM suanji_app;
"""

CREATE_FUNCTIONS = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
    USING HINT = 'Append a reversal or a correction; what is recorded stays.',
        ERRCODE = 'restrict_violation',
        SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = 'append_only';
END
$body$;

-- Row-level, because a statement trigger on a parent is passed by DELETE FROM a partition.
CREATE FUNCTION forbid_changes(book regclass) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
    part regclass;
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_trigger WHERE tgrelid = book AND tgname = 'refuse_change'
    ) THEN
        EXECUTE format(
            'CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON %s '
            'FOR EACH ROW EXECUTE FUNCTION refuse_change()', book);
    END IF;
    -- Privileges are not inherited: each partition is reached by its own name as well.
    FOR part IN SELECT book UNION SELECT relid FROM pg_partition_tree(book) LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM suanji_app', part);
    END LOOP;
END
$body$;

CREATE FUNCTION allow_changes(book regclass) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
    part regclass;
BEGIN
    EXECUTE format('DROP TRIGGER IF EXISTS refuse_change ON %s', book);
    FOR part IN SELECT book UNION SELECT relid FROM pg_partition_tree(book) LOOP
        EXECUTE format('GRANT UPDATE, DELETE ON %s TO suanji_app', part);
    END LOOP;
END
$body$;
"""

DROP_FUNCTIONS = """
DROP FUNCTION allow_changes(regclass);
DROP FUNCTION forbid_changes(regclass);
DROP FUNCTION refuse_change();
"""
