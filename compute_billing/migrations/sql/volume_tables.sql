-- The volume tables: led by the tenant, without foreign keys, so that they can be distributed.
-- usage_key is the exception: it has no tenant in its key, so that a job is never billed to two.

CREATE SEQUENCE metering_usage_id_seq CACHE 1;
CREATE SEQUENCE rating_charge_id_seq CACHE 1;

CREATE TABLE metering_usage_key (
    source_id bigint NOT NULL,
    external_id text NOT NULL,
    payload_hash bytea NOT NULL,
    tenant_id bigint NOT NULL,
    usage_id bigint NOT NULL,
    recorded_month date NOT NULL,
    CONSTRAINT usage_key_happens_once PRIMARY KEY (source_id, external_id)
) PARTITION BY HASH (external_id);

CREATE TABLE metering_usage_record (
    tenant_id bigint NOT NULL,
    recorded_month date NOT NULL,
    id bigint NOT NULL,
    project_id bigint,
    source_id bigint NOT NULL,
    external_id text NOT NULL,
    allocation_id bigint NOT NULL,
    cluster_id bigint NOT NULL,
    meter_id bigint NOT NULL,
    milli_cards bigint NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    quantity bigint NOT NULL,
    corrects_id bigint,
    licence_ref uuid,
    import_id bigint NOT NULL,
    position bigint NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT usage_record_unique PRIMARY KEY (tenant_id, recorded_month, id),
    CONSTRAINT usage_record_interval_in_order CHECK (ended_at > started_at),
    CONSTRAINT usage_record_cards_positive CHECK (milli_cards > 0),
    CONSTRAINT usage_record_negative_only_as_correction
        CHECK ((quantity < 0) = (corrects_id IS NOT NULL) AND quantity <> 0),
    CONSTRAINT usage_record_quantity_within_interval
        CHECK (abs(quantity)::numeric <= milli_cards
            * (extract(epoch FROM ended_at) - extract(epoch FROM started_at)) * 1000),
    CONSTRAINT usage_record_recorded_in_its_month
        CHECK (recorded_month = date_trunc('month', recorded_at AT TIME ZONE 'UTC')::date)
) PARTITION BY RANGE (recorded_month);
CREATE INDEX usage_record_tenant_time ON metering_usage_record (tenant_id, started_at);
CREATE INDEX usage_record_allocation_time ON metering_usage_record (allocation_id, started_at);

CREATE TABLE metering_usage_pending (
    tenant_id bigint NOT NULL,
    usage_id bigint NOT NULL,
    recorded_month date NOT NULL,
    is_correction boolean NOT NULL,
    parked_reason text NOT NULL DEFAULT '',
    CONSTRAINT usage_pending_unique PRIMARY KEY (tenant_id, usage_id)
);

CREATE TABLE rating_charge (
    tenant_id bigint NOT NULL,
    recorded_month date NOT NULL,
    id bigint NOT NULL,
    usage_id bigint NOT NULL,
    segment_no smallint NOT NULL,
    revision smallint NOT NULL,
    usage_month date NOT NULL,
    booked_month date NOT NULL,
    segment_start timestamptz NOT NULL,
    segment_end timestamptz NOT NULL,
    price_id bigint NOT NULL,
    project_id bigint,
    quantity bigint NOT NULL,
    quantity_in_kind bigint NOT NULL,
    counter_before bigint NOT NULL,
    gross bigint NOT NULL,
    discount bigint NOT NULL,
    programme bigint NOT NULL,
    tenant bigint NOT NULL,
    reverses_id bigint,
    reverses_recorded_month date,
    run_id bigint NOT NULL,
    CONSTRAINT charge_unique PRIMARY KEY (tenant_id, recorded_month, id),
    CONSTRAINT charge_once_per_segment_and_revision
        UNIQUE (tenant_id, recorded_month, usage_id, segment_no, revision),
    CONSTRAINT charge_adds_up CHECK (gross = discount + programme + tenant),
    CONSTRAINT charge_segment_in_order CHECK (segment_end > segment_start),
    CONSTRAINT charge_in_kind_within_quantity CHECK (abs(quantity_in_kind) <= abs(quantity)),
    CONSTRAINT charge_reversal_has_negative_quantity
        CHECK ((quantity < 0) = (reverses_id IS NOT NULL)),
    CONSTRAINT charge_booked_not_before_use CHECK (booked_month >= usage_month)
) PARTITION BY RANGE (recorded_month);
CREATE INDEX charge_reverses ON rating_charge (tenant_id, reverses_id)
    WHERE reverses_id IS NOT NULL;

CREATE TABLE rating_charge_share (
    tenant_id bigint NOT NULL,
    recorded_month date NOT NULL,
    charge_id bigint NOT NULL,
    payer_kind text NOT NULL,
    account_id bigint NOT NULL,
    unit text NOT NULL,
    amount bigint NOT NULL,
    transaction_id bigint NOT NULL,
    cause text NOT NULL DEFAULT '',
    CONSTRAINT charge_share_unique
        PRIMARY KEY (tenant_id, recorded_month, charge_id, payer_kind, account_id),
    CONSTRAINT charge_share_payer_known CHECK (
        payer_kind IN ('in_kind', 'promotion', 'award', 'paid', 'credit', 'arrears')),
    CONSTRAINT charge_share_cause_only_for_arrears
        CHECK ((payer_kind = 'arrears') = (cause <> ''))
) PARTITION BY RANGE (recorded_month);

-- Partitions are made ahead of time by their owner; the application may only ask for them.
CREATE FUNCTION ensure_month_partitions(first_month date, last_month date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    parent record;
    month date;
    partition text;
    made integer := 0;
BEGIN
    FOR parent IN
        SELECT c.relname AS name
        FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid
        WHERE c.relnamespace = 'public'::regnamespace
            AND c.relname IN ('metering_usage_record', 'rating_charge', 'rating_charge_share')
    LOOP
        month := date_trunc('month', first_month)::date;
        WHILE month <= last_month LOOP
            partition := parent.name || '_' || to_char(month, 'YYYY_MM');
            IF to_regclass('public.' || quote_ident(partition)) IS NULL THEN
                EXECUTE format(
                    'CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                    partition, parent.name, month, (month + interval '1 month')::date);
                EXECUTE format(
                    'REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM suanji_app', partition);
                made := made + 1;
            END IF;
            month := (month + interval '1 month')::date;
        END LOOP;
    END LOOP;
    RETURN made;
END
$$;
REVOKE ALL ON FUNCTION ensure_month_partitions(date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_month_partitions(date, date) TO suanji_app;

DO $$
BEGIN
    FOR remainder IN 0..15 LOOP
        EXECUTE format(
            'CREATE TABLE metering_usage_key_%s PARTITION OF metering_usage_key '
            'FOR VALUES WITH (MODULUS 16, REMAINDER %s)', to_char(remainder, 'FM00'), remainder);
    END LOOP;
END
$$;
SELECT ensure_month_partitions('2026-01-01', '2028-12-01');
