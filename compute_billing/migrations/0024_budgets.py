"""Budgets, what months cost, credit limits with four eyes, and warnings by the tenant's word."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kernel.identifiers
from kernel.migration_operations import AppendOnly

# What was charged before months were counted.
COUNT_SPEND = """
INSERT INTO budgets_month_spend (tenant_id, project_id, month, spent)
SELECT tenant_id, coalesce(project_id, 0), usage_month, sum(tenant)
FROM rating_charge GROUP BY tenant_id, coalesce(project_id, 0), usage_month
HAVING sum(tenant) <> 0
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_hold_exhausted"),
        ("compute_billing", "0023_exhausted_holds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MonthSpend",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id",
                        "project_id",
                        "month",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tenant_id", models.BigIntegerField()),
                ("project_id", models.BigIntegerField()),
                ("month", models.DateField(help_text="The billing month of the use.")),
                ("spent", models.BigIntegerField(default=0)),
            ],
            options={
                "db_table": "budgets_month_spend",
            },
        ),
        migrations.RemoveConstraint(
            model_name="exhaustedhold",
            name="exhausted_hold_misses_something",
        ),
        migrations.AddField(
            model_name="exhaustedhold",
            name="cause",
            field=models.CharField(
                choices=[("money", "Money"), ("budget", "Budget"), ("silence", "Silence")],
                default="money",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="wallet",
            name="low_amount",
            field=models.BigIntegerField(help_text="Warn below this, in micro-yuan.", null=True),
        ),
        migrations.AddField(
            model_name="wallet",
            name="low_days",
            field=models.PositiveSmallIntegerField(
                help_text="Warn when fewer days are left; NULL is the house's number, 0 never.",
                null=True,
            ),
        ),
        migrations.AddConstraint(
            model_name="exhaustedhold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("asked_until__gt", models.F("exhausted_at")),
                    models.Q(
                        models.Q(("cause", "silence"), ("refusals", 0), ("shortfall", 0)),
                        models.Q(
                            models.Q(("cause", "silence"), _negated=True),
                            ("refusals__gt", 0),
                            ("shortfall__gt", 0),
                        ),
                        _connector="OR",
                    ),
                ),
                name="exhausted_hold_misses_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="wallet",
            constraint=models.CheckConstraint(
                condition=models.Q(("low_amount", None), ("low_amount__gte", 0), _connector="OR"),
                name="wallet_low_amount_not_negative",
            ),
        ),
        migrations.CreateModel(
            name="Budget",
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
                ("name", models.CharField(max_length=100)),
                (
                    "kind",
                    models.CharField(
                        choices=[("monthly", "Monthly"), ("term", "Term")], max_length=16
                    ),
                ),
                ("first_month", models.DateField()),
                ("last_month", models.DateField(null=True)),
                ("amount", models.BigIntegerField(help_text="Micro-yuan.")),
                (
                    "actual_percents",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(), size=10
                    ),
                ),
                (
                    "forecast_percents",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(), size=10
                    ),
                ),
                ("stops", models.BooleanField(default=False)),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
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
                "db_table": "budgets_budget",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("tenant", "name"),
                        name="budget_name_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="budget_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "monthly"), ("last_month", None)),
                            ("last_month__gte", models.F("first_month")),
                            _connector="OR",
                        ),
                        name="budget_months_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("tenant__lt", 0), ("project__lt", 0)),
                            models.Q(("tenant__gt", 0), ("project__gt", 0)),
                            _connector="OR",
                        ),
                        name="budget_of_one_world",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BudgetAlert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(help_text="The first month of the period.")),
                (
                    "measure",
                    models.CharField(
                        choices=[("actual", "Actual"), ("forecast", "Forecast"), ("stop", "Stop")],
                        max_length=16,
                    ),
                ),
                ("percent", models.PositiveSmallIntegerField()),
                ("amount", models.BigIntegerField(help_text="The budget's, when it was told.")),
                ("spent", models.BigIntegerField()),
                ("held", models.BigIntegerField()),
                ("forecast", models.BigIntegerField()),
                ("told_at", models.DateTimeField()),
                (
                    "budget",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.budget",
                    ),
                ),
            ],
            options={
                "db_table": "budgets_alert",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("budget", "month", "measure", "percent"), name="budget_alert_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditProposal",
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
                    "mode",
                    models.CharField(
                        choices=[("prepaid", "Prepaid"), ("postpaid", "Postpaid")], max_length=16
                    ),
                ),
                (
                    "limit",
                    models.BigIntegerField(help_text="Micro-yuan; zero for who pays in advance."),
                ),
                (
                    "former_mode",
                    models.CharField(
                        choices=[("prepaid", "Prepaid"), ("postpaid", "Postpaid")], max_length=16
                    ),
                ),
                ("former_limit", models.BigIntegerField()),
                ("reason", models.CharField(max_length=500)),
                ("made_at", models.DateTimeField()),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("approved", "Approved"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        max_length=16,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "decider",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "db_table": "ledger_credit_proposal",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("decision", "")),
                        fields=("tenant",),
                        name="credit_proposal_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("limit", 0), ("mode", "prepaid")),
                            models.Q(("limit__gte", 0), ("mode", "postpaid")),
                            _connector="OR",
                        ),
                        name="credit_proposal_limit_fits_its_mode",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decision", "approved"), _negated=True),
                            models.Q(
                                ("decider__isnull", False),
                                models.Q(("decider", models.F("maker")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="credit_proposal_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decider", None), ("decision", "")),
                            models.Q(
                                models.Q(("decision", ""), _negated=True),
                                ("decided_at__isnull", False),
                                ("decider__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="credit_proposal_decided_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tenant__gt", 0)), name="credit_proposal_of_no_sandbox"
                    ),
                ],
            },
        ),
        migrations.RunSQL(COUNT_SPEND, migrations.RunSQL.noop),
        AppendOnly("budgets_alert"),
    ]
