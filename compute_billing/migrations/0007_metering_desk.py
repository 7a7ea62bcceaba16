"""What the operator's desk decides: rejects tried again, conflicts resolved."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kernel.identifiers
import kernel.migration_operations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("compute_billing", "0006_metering_allocation_ids"),
    ]

    operations = [
        migrations.AddField(
            model_name="usageconflict",
            name="parsed",
            field=models.JSONField(help_text="as read; unset where it came before 0007", null=True),
        ),
        migrations.AddField(
            model_name="usageimport",
            name="newest_use_at",
            field=models.DateTimeField(help_text="latest end of use that it told of", null=True),
        ),
        migrations.AddIndex(
            model_name="usageimport",
            index=models.Index(fields=["source", "-id"], name="usage_import_newest"),
        ),
        migrations.CreateModel(
            name="ConflictResolution",
            fields=[
                (
                    "conflict",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="resolution",
                        serialize=False,
                        to="compute_billing.usageconflict",
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        choices=[("kept", "Kept"), ("corrected", "Corrected")], max_length=16
                    ),
                ),
                ("reason", models.TextField()),
                ("decided_at", models.DateTimeField()),
                ("taken_back_usage_id", models.BigIntegerField(null=True)),
                ("recorded_usage_id", models.BigIntegerField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "metering_conflict_resolution",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decision", "kept"),
                                ("recorded_usage_id", None),
                                ("taken_back_usage_id", None),
                            ),
                            models.Q(
                                ("decision", "corrected"),
                                ("recorded_usage_id__isnull", False),
                                ("taken_back_usage_id__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="conflict_corrected_by_records",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RetryRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(default=kernel.identifiers.uuid7, editable=False, unique=True),
                ),
                ("reason", models.CharField(blank=True, max_length=64)),
                ("field", models.CharField(blank=True, max_length=64)),
                ("account", models.TextField(blank=True)),
                (
                    "rejects",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), null=True, size=None
                    ),
                ),
                ("newest_reject_id", models.BigIntegerField()),
                ("after_reject_id", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField()),
                ("tried", models.BigIntegerField(default=0)),
                ("accepted", models.BigIntegerField(default=0)),
                ("duplicate", models.BigIntegerField(default=0)),
                ("conflict", models.BigIntegerField(default=0)),
                ("rejected", models.BigIntegerField(default=0)),
                ("asked_at", models.DateTimeField()),
                ("leased_until", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.usagesource",
                    ),
                ),
            ],
            options={
                "db_table": "metering_retry_run",
                "indexes": [
                    models.Index(
                        condition=models.Q(("finished_at", None)),
                        fields=["id"],
                        name="retry_run_open",
                    )
                ],
            },
        ),
        kernel.migration_operations.AppendOnly(
            table="metering_conflict_resolution",
        ),
    ]
