"""Disputes about use, their answers, papers and reminders."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import compute_billing.disputes.states
import kernel.identifiers
import kernel.migration_operations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0014_usage_disputes"),
        ("accounts", "__first__"),
        ("compute_billing", "0024_budgets"),
        ("kernel", "0003_audit_hashes"),
    ]

    operations = [
        migrations.CreateModel(
            name="UsageDispute",
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
                ("external_id", models.CharField(max_length=200)),
                ("usage_id", models.BigIntegerField()),
                ("recorded_month", models.DateField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("did_not_run", "Did Not Run"),
                            ("failed", "Failed"),
                            ("wrong_time", "Wrong Time"),
                            ("wrong_cards", "Wrong Cards"),
                            ("twice", "Twice"),
                            ("not_ours", "Not Ours"),
                            ("other", "Other"),
                        ],
                        max_length=32,
                    ),
                ),
                ("words", models.TextField(max_length=2000)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("granted", "granted"),
                            ("settled", "settled"),
                            ("rejected", "rejected"),
                            ("escalated", "escalated"),
                            ("upheld", "upheld"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default=compute_billing.disputes.states.DisputeState["OPEN"],
                        max_length=16,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("due_on", models.DateField(help_text="Last day for whoever has to answer now.")),
                ("gross_before", models.BigIntegerField()),
                ("tenant_before", models.BigIntegerField()),
                ("disputed_micro", models.BigIntegerField()),
                ("escalated_at", models.DateTimeField(null=True)),
                ("escalation_words", models.TextField(blank=True, max_length=2000)),
                ("gross_after", models.BigIntegerField(null=True)),
                ("tenant_after", models.BigIntegerField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "escalated_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "disputes_usage_dispute",
                "indexes": [
                    models.Index(fields=["tenant", "-id"], name="usage_dispute_of_tenant"),
                    models.Index(fields=["state", "due_on"], name="usage_dispute_by_deadline"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state", compute_billing.disputes.states.DisputeState["WITHDRAWN"]),
                            _negated=True,
                        ),
                        fields=("source", "external_id"),
                        name="usage_dispute_once_per_record",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="usage_dispute_has_a_span",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state", compute_billing.disputes.states.DisputeState["SETTLED"]),
                                _negated=True,
                            ),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("gross_after__isnull", False),
                                ("tenant_after__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="usage_dispute_settled_with_amounts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "state__in",
                                    [
                                        compute_billing.disputes.states.DisputeState["ESCALATED"],
                                        compute_billing.disputes.states.DisputeState["UPHELD"],
                                    ],
                                ),
                                _negated=True,
                            ),
                            models.Q(
                                ("escalated_at__isnull", False), ("escalated_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="usage_dispute_escalated_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("tenant__lt", 0), ("operator__lt", 0), ("source__lt", 0)),
                            models.Q(("tenant__gt", 0), ("operator__gt", 0), ("source__gt", 0)),
                            _connector="OR",
                        ),
                        name="usage_dispute_of_one_world",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UsageDisputeFile",
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
                (
                    "side",
                    models.CharField(choices=[("buyer", "Buyer"), ("desk", "Desk")], max_length=16),
                ),
                ("file_name", models.CharField(max_length=150)),
                ("uploaded_at", models.DateTimeField()),
                (
                    "dispute",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="compute_billing.usagedispute",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.storedfile",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "disputes_usage_dispute_file",
            },
        ),
        migrations.CreateModel(
            name="UsageDisputeAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[("operator", "Operator"), ("house", "House")], max_length=16
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("granted", "Granted"),
                            ("partly", "Partly"),
                            ("rejected", "Rejected"),
                        ],
                        max_length=16,
                    ),
                ),
                ("words", models.TextField(max_length=2000)),
                ("granted_from", models.DateTimeField(null=True)),
                ("granted_until", models.DateTimeField(null=True)),
                ("correction", models.CharField(blank=True, max_length=300)),
                ("correction_usage_id", models.BigIntegerField(null=True)),
                ("answered_at", models.DateTimeField()),
                ("escalable_until", models.DateField(null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "dispute",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="compute_billing.usagedispute",
                    ),
                ),
                (
                    "first_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "disputes_usage_dispute_answer",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("dispute", "level"), name="usage_dispute_answered_once_per_level"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_by", models.F("opened_by")), _negated=True),
                            models.Q(
                                ("first_by", None),
                                models.Q(("answered_by", models.F("first_by")), _negated=True),
                                _connector="OR",
                            ),
                        ),
                        name="usage_dispute_answer_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("first_by", None), ("level", "operator")),
                            models.Q(("first_by__isnull", False), ("level", "house")),
                            _connector="OR",
                        ),
                        name="usage_dispute_answer_of_its_level",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("correction_usage_id", None),
                                ("granted_from", None),
                                ("verdict", "rejected"),
                            ),
                            models.Q(
                                ("correction_usage_id__isnull", False),
                                ("granted_until__gt", models.F("granted_from")),
                                ("verdict__in", ["granted", "partly"]),
                            ),
                            _connector="OR",
                        ),
                        name="usage_dispute_grant_names_its_correction",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UsageDisputeReminder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_on", models.DateField()),
                ("is_overdue", models.BooleanField()),
                ("told_at", models.DateTimeField()),
                (
                    "dispute",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminders",
                        to="compute_billing.usagedispute",
                    ),
                ),
            ],
            options={
                "db_table": "disputes_usage_dispute_reminder",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("dispute", "due_on", "is_overdue"),
                        name="usage_dispute_reminded_once",
                    )
                ],
            },
        ),
        kernel.migration_operations.AppendOnly(
            table="disputes_usage_dispute_answer",
        ),
    ]
