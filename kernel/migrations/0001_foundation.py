"""The app role, the append-only rule, and the tables of the kernel."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

import kernel.identifiers
import kernel.models
from kernel.migration_operations import AppendOnly
from kernel.migrations import _app_role as sql


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        BtreeGistExtension(),
        migrations.RunSQL(sql.CREATE_ROLE, migrations.RunSQL.noop),
        migrations.RunSQL(sql.GRANT_ROLE, migrations.RunSQL.noop),
        migrations.RunSQL(sql.GRANT_TABLES, sql.REVOKE_TABLES),
        migrations.RunSQL(sql.CREATE_FUNCTIONS, sql.DROP_FUNCTIONS),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("occurred_at", models.DateTimeField(help_text="When it happened in the world.")),
                ("recorded_at", models.DateTimeField(help_text="When it was written down.")),
                (
                    "actor_kind",
                    models.CharField(
                        choices=[("user", "user"), ("api_key", "API key"), ("system", "system")],
                        max_length=16,
                    ),
                ),
                (
                    "actor_id",
                    models.BigIntegerField(help_text="Null only for the system.", null=True),
                ),
                (
                    "organisation_id",
                    models.BigIntegerField(help_text="On whose behalf.", null=True),
                ),
                ("action", models.CharField(max_length=64)),
                ("object_type", models.CharField(max_length=64)),
                ("object_id", models.CharField(max_length=64)),
                ("detail_hash", models.BinaryField(max_length=32)),
                ("detail", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "kernel_audit_entry",
            },
        ),
        migrations.CreateModel(
            name="BillingMonth",
            fields=[
                (
                    "month",
                    models.DateField(
                        help_text="First day of the month.", primary_key=True, serialize=False
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                (
                    "ends_at",
                    models.DateTimeField(help_text="Not included: the start of the next month."),
                ),
            ],
            options={
                "db_table": "kernel_billing_month",
            },
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "scope",
                        "key",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("scope", models.CharField(help_text="Caller and endpoint.", max_length=128)),
                ("key", models.CharField(max_length=255)),
                ("request_hash", models.BinaryField(max_length=32)),
                ("status", models.PositiveSmallIntegerField()),
                ("body", models.JSONField(null=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "kernel_idempotency_key",
            },
        ),
        migrations.CreateModel(
            name="OutboxEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                ("kind", models.CharField(max_length=64)),
                (
                    "organisation_id",
                    models.BigIntegerField(help_text="Who may hear it.", null=True),
                ),
                ("payload", models.JSONField()),
                ("occurred_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "dispatched_at",
                    models.DateTimeField(help_text="Handed to the deliveries.", null=True),
                ),
            ],
            options={
                "db_table": "kernel_outbox_event",
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                (
                    "seal_no",
                    models.BigIntegerField(
                        help_text="1, 2, 3 … without gaps.", primary_key=True, serialize=False
                    ),
                ),
                ("prev_hash", models.BinaryField(max_length=32)),
                ("hash", models.BinaryField(max_length=32)),
                ("entry_count", models.IntegerField()),
                ("sealed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "kernel_seal",
            },
        ),
        migrations.CreateModel(
            name="StoredFile",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                (
                    "organisation_id",
                    models.BigIntegerField(help_text="Whose file; null: the house's.", null=True),
                ),
                ("sha256", models.CharField(help_text="Lower-case hexadecimal.", max_length=64)),
                ("size_bytes", models.BigIntegerField()),
                ("content_type", models.CharField(max_length=128)),
                ("storage_key", models.CharField(max_length=255, unique=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "kernel_stored_file",
            },
        ),
        migrations.CreateModel(
            name="SealEntry",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="sealed",
                        serialize=False,
                        to="kernel.auditentry",
                    ),
                ),
                ("position", models.IntegerField()),
            ],
            options={
                "db_table": "kernel_seal_entry",
            },
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(
                fields=["object_type", "object_id", "id"], name="kernel_audit_entry_object"
            ),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["organisation_id", "id"], name="kernel_audit_entry_org"),
        ),
        migrations.AddConstraint(
            model_name="auditentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("actor_kind__in", ["user", "api_key", "system"])),
                name="kernel_audit_entry_actor_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="auditentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("actor_kind", "system"), ("actor_id__isnull", False), _connector="OR"
                ),
                name="kernel_audit_entry_actor_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingmonth",
            constraint=models.CheckConstraint(
                condition=models.Q(("month__day", 1)), name="kernel_billing_month_first_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="billingmonth",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                name="kernel_billing_month_ends_after",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingmonth",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (
                        kernel.models.TsTzRange(
                            "starts_at",
                            "ends_at",
                            django.contrib.postgres.fields.ranges.RangeBoundary(),
                        ),
                        "&&",
                    )
                ],
                name="kernel_billing_month_no_overlap",
            ),
        ),
        migrations.AddIndex(
            model_name="idempotencykey",
            index=models.Index(fields=["created_at"], name="kernel_idempotency_created"),
        ),
        migrations.AddConstraint(
            model_name="idempotencykey",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__gte", 200), ("status__lt", 300)),
                name="kernel_idempotency_key_success",
            ),
        ),
        migrations.AddIndex(
            model_name="outboxevent",
            index=models.Index(
                condition=models.Q(("dispatched_at__isnull", True)),
                fields=["id"],
                name="kernel_outbox_event_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="seal",
            constraint=models.CheckConstraint(
                condition=models.Q(("seal_no__gte", 1)), name="kernel_seal_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="seal",
            constraint=models.CheckConstraint(
                condition=models.Q(("entry_count__gte", 1)), name="kernel_seal_not_empty"
            ),
        ),
        migrations.AddConstraint(
            model_name="seal",
            constraint=models.UniqueConstraint(fields=("prev_hash",), name="kernel_seal_no_fork"),
        ),
        migrations.AddIndex(
            model_name="storedfile",
            index=models.Index(fields=["sha256"], name="kernel_stored_file_sha256"),
        ),
        migrations.AddConstraint(
            model_name="storedfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("size_bytes__gte", 0)), name="kernel_stored_file_size"
            ),
        ),
        migrations.AddConstraint(
            model_name="storedfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                name="kernel_stored_file_sha256_hex",
            ),
        ),
        migrations.AddField(
            model_name="sealentry",
            name="seal",
            field=models.ForeignKey(
                db_column="seal_no",
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="kernel.seal",
            ),
        ),
        migrations.AddConstraint(
            model_name="sealentry",
            constraint=models.UniqueConstraint(
                fields=("seal", "position"), name="kernel_seal_entry_position"
            ),
        ),
        migrations.AddConstraint(
            model_name="sealentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("position__gte", 1)), name="kernel_seal_entry_position_positive"
            ),
        ),
        AppendOnly("kernel_billing_month"),
        AppendOnly("kernel_audit_entry"),
        AppendOnly("kernel_seal"),
        AppendOnly("kernel_seal_entry"),
    ]
