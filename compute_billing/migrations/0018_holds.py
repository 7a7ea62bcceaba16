"""Holds name their job and what they cover, and what they paid is noted; none was ever made."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import kernel.identifiers
import kernel.migration_operations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_events_and_notifications"),
        ("compute_billing", "0017_lots_name_their_operator"),
    ]

    operations = [
        migrations.DeleteModel(
            name="HoldPart",
        ),
        migrations.DeleteModel(
            name="Hold",
        ),
        migrations.CreateModel(
            name="Hold",
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
                ("reference", models.CharField(max_length=200)),
                ("allocation_key", models.CharField(max_length=200)),
                ("milli_cards", models.BigIntegerField()),
                ("starts_at", models.DateTimeField()),
                ("covered_until", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField()),
                (
                    "ended_at",
                    models.DateTimeField(
                        help_text="When the job ended, as we were told.", null=True
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("closed", "Closed"), ("expired", "Expired")],
                        default="open",
                        max_length=16,
                    ),
                ),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "cluster",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.cluster",
                    ),
                ),
                (
                    "meter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.meter",
                    ),
                ),
                (
                    "operator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.project",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "ledger_hold",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")),
                        fields=["expires_at"],
                        name="hold_open_by_expiry",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "reference"), name="hold_happens_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("tenant", "cluster", "allocation_key"),
                        name="hold_one_open_per_job",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("covered_until__gt", models.F("starts_at")),
                            ("expires_at__gt", models.F("covered_until")),
                            ("milli_cards__gt", 0),
                        ),
                        name="hold_covers_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True),
                                ("closed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="hold_is_open_or_closed_at",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HoldCapture",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField()),
                ("recorded_month", models.DateField()),
                ("charge_id", models.BigIntegerField()),
                ("amount", models.BigIntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.ledgeraccount",
                    ),
                ),
                (
                    "hold",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.hold",
                    ),
                ),
                (
                    "transaction",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.ledgertransaction",
                    ),
                ),
            ],
            options={
                "db_table": "rating_hold_capture",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("hold", "account", "charge_id"), name="hold_capture_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="hold_capture_positive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HoldPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("amount", models.BigIntegerField()),
                ("captured", models.BigIntegerField(default=0)),
                ("released", models.BigIntegerField(default=0)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.ledgeraccount",
                    ),
                ),
                (
                    "hold",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="compute_billing.hold",
                    ),
                ),
            ],
            options={
                "db_table": "ledger_hold_part",
                "constraints": [
                    models.UniqueConstraint(fields=("hold", "account"), name="hold_part_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0),
                            (
                                "amount__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("captured"), "+", models.F("released")
                                ),
                            ),
                            ("captured__gte", 0),
                            ("released__gte", 0),
                        ),
                        name="hold_part_within_amount",
                    ),
                ],
            },
        ),
        kernel.migration_operations.AppendOnly(
            table="rating_hold_capture",
        ),
    ]
