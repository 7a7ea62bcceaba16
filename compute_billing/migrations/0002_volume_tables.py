"""The volume tables (hand-written SQL), the unit keys of postings, and what never changes."""

from pathlib import Path

from django.db import migrations, models

from kernel.migration_operations import AppendOnly

SQL = Path(__file__).parent / "sql"

DROP_VOLUME_TABLES = """
DROP FUNCTION ensure_month_partitions(date, date);
DROP TABLE rating_charge_share, rating_charge, metering_usage_pending, metering_usage_record,
    metering_usage_key;
DROP SEQUENCE rating_charge_id_seq;
DROP SEQUENCE metering_usage_id_seq;
"""
DROP_LEDGER_KEYS = """
DROP TRIGGER refuse_misfit ON ledger_posting;
DROP FUNCTION ledger_refuse_misfit();
"""
DROP_PRICE_EDITS = """
DROP TRIGGER refuse_price_edit ON catalogue_price;
DROP FUNCTION catalogue_refuse_price_edit();
"""


def read(name: str) -> str:
    """Return one SQL file; a file that a migration reads is never edited again."""
    return (SQL / name).read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0001_foundation"),
        ("compute_billing", "0001_rooms"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(read("volume_tables.sql"), DROP_VOLUME_TABLES),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="Charge",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "tenant_id",
                                "recorded_month",
                                "id",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("tenant_id", models.BigIntegerField()),
                        ("recorded_month", models.DateField()),
                        ("id", models.BigIntegerField()),
                        ("usage_id", models.BigIntegerField()),
                        ("segment_no", models.SmallIntegerField()),
                        ("revision", models.SmallIntegerField()),
                        ("usage_month", models.DateField()),
                        ("booked_month", models.DateField()),
                        ("segment_start", models.DateTimeField()),
                        ("segment_end", models.DateTimeField()),
                        ("price_id", models.BigIntegerField()),
                        ("project_id", models.BigIntegerField(null=True)),
                        ("quantity", models.BigIntegerField()),
                        ("quantity_in_kind", models.BigIntegerField()),
                        ("counter_before", models.BigIntegerField()),
                        ("gross", models.BigIntegerField()),
                        ("discount", models.BigIntegerField()),
                        ("programme", models.BigIntegerField()),
                        ("tenant", models.BigIntegerField()),
                        ("reverses_id", models.BigIntegerField(null=True)),
                        ("reverses_recorded_month", models.DateField(null=True)),
                        ("run_id", models.BigIntegerField()),
                    ],
                    options={
                        "db_table": "rating_charge",
                    },
                ),
                migrations.CreateModel(
                    name="ChargeShare",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "tenant_id",
                                "recorded_month",
                                "charge_id",
                                "payer_kind",
                                "account_id",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("tenant_id", models.BigIntegerField()),
                        ("recorded_month", models.DateField()),
                        ("charge_id", models.BigIntegerField()),
                        ("payer_kind", models.CharField(max_length=16)),
                        ("account_id", models.BigIntegerField()),
                        ("unit", models.TextField()),
                        ("amount", models.BigIntegerField()),
                        ("transaction_id", models.BigIntegerField()),
                        ("cause", models.TextField()),
                    ],
                    options={
                        "db_table": "rating_charge_share",
                    },
                ),
                migrations.CreateModel(
                    name="UsageKey",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "source_id",
                                "external_id",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("source_id", models.BigIntegerField()),
                        ("external_id", models.TextField()),
                        ("payload_hash", models.BinaryField()),
                        ("tenant_id", models.BigIntegerField()),
                        ("usage_id", models.BigIntegerField()),
                        ("recorded_month", models.DateField()),
                    ],
                    options={
                        "db_table": "metering_usage_key",
                    },
                ),
                migrations.CreateModel(
                    name="UsagePending",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "tenant_id",
                                "usage_id",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("tenant_id", models.BigIntegerField()),
                        ("usage_id", models.BigIntegerField()),
                        ("recorded_month", models.DateField()),
                        ("is_correction", models.BooleanField()),
                        ("parked_reason", models.TextField()),
                    ],
                    options={
                        "db_table": "metering_usage_pending",
                    },
                ),
                migrations.CreateModel(
                    name="UsageRecord",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "tenant_id",
                                "recorded_month",
                                "id",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("tenant_id", models.BigIntegerField()),
                        ("recorded_month", models.DateField()),
                        ("id", models.BigIntegerField()),
                        ("project_id", models.BigIntegerField(null=True)),
                        ("source_id", models.BigIntegerField()),
                        ("external_id", models.TextField()),
                        ("allocation_id", models.BigIntegerField()),
                        ("cluster_id", models.BigIntegerField()),
                        ("meter_id", models.BigIntegerField()),
                        ("milli_cards", models.BigIntegerField()),
                        ("started_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField()),
                        ("quantity", models.BigIntegerField()),
                        ("corrects_id", models.BigIntegerField(null=True)),
                        ("licence_ref", models.UUIDField(null=True)),
                        ("import_id", models.BigIntegerField()),
                        ("position", models.BigIntegerField()),
                        ("recorded_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "metering_usage_record",
                    },
                ),
            ],
        ),
        migrations.RunSQL(read("ledger_keys.sql"), DROP_LEDGER_KEYS),
        migrations.RunSQL(read("price_edits.sql"), DROP_PRICE_EDITS),
        AppendOnly("metering_usage_key"),
        AppendOnly("metering_usage_record"),
        AppendOnly("rating_charge"),
        AppendOnly("rating_charge_share"),
        AppendOnly("ledger_account"),
        AppendOnly("ledger_transaction"),
        AppendOnly("ledger_posting"),
        AppendOnly("invoices_invoice"),
        AppendOnly("invoices_invoice_line"),
        AppendOnly("settlement_claim_line"),
        AppendOnly("settlement_operator_statement"),
    ]
