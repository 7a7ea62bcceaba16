"""A source's own totals of a month, and how differences from the books were explained."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kernel.identifiers
import kernel.migration_operations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_events_and_notifications"),
        ("accounts", "__first__"),
        ("compute_billing", "0009_price_drafts"),
    ]

    operations = [
        migrations.CreateModel(
            name="SourceTotals",
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
                ("month", models.DateField()),
                ("delivered_at", models.DateTimeField()),
                (
                    "delivered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                "db_table": "metering_source_totals",
                "indexes": [
                    models.Index(fields=["source", "month", "-id"], name="source_totals_newest")
                ],
            },
        ),
        migrations.CreateModel(
            name="DifferenceResolution",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField()),
                ("stated", models.DecimalField(decimal_places=0, max_digits=40)),
                ("recorded", models.DecimalField(decimal_places=0, max_digits=40)),
                ("reason", models.TextField()),
                ("decided_at", models.DateTimeField()),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.usagesource",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "metering_difference_resolution",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "month", "tenant", "stated", "recorded"),
                        name="difference_resolved_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SourceTotalsLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("account", models.TextField()),
                ("quantity", models.DecimalField(decimal_places=0, max_digits=40)),
                (
                    "totals",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="compute_billing.sourcetotals",
                    ),
                ),
            ],
            options={
                "db_table": "metering_source_totals_line",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("totals", "account"), name="source_totals_account_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gte", 0)), name="source_totals_not_negative"
                    ),
                ],
            },
        ),
        kernel.migration_operations.AppendOnly(
            table="metering_source_totals",
        ),
        kernel.migration_operations.AppendOnly(
            table="metering_source_totals_line",
        ),
        kernel.migration_operations.AppendOnly(
            table="metering_difference_resolution",
        ),
    ]
