"""Due days of bills, terms of payment, and reminders of what is due."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kernel.identifiers
import kernel.migration_operations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0019_receivables"),
        ("accounts", "__first__"),
        ("compute_billing", "0033_connect"),
    ]

    operations = [
        migrations.AddField(
            model_name="creditproposal",
            name="former_net_days",
            field=models.PositiveSmallIntegerField(default=30),
        ),
        migrations.AddField(
            model_name="creditproposal",
            name="net_days",
            field=models.PositiveSmallIntegerField(default=30),
        ),
        migrations.AddField(
            model_name="invoice",
            name="due_on",
            field=models.DateField(
                help_text="When what was used on credit is to be paid; nothing is where null.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="wallet",
            name="net_days",
            field=models.PositiveSmallIntegerField(
                db_default=30,
                default=30,
                help_text="Days from a bill, or from when use became arrears, until it is due.",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("net_days__lte", 180)),
                name="credit_proposal_net_days_within_half_a_year",
            ),
        ),
        migrations.AddConstraint(
            model_name="wallet",
            constraint=models.CheckConstraint(
                condition=models.Q(("net_days__lte", 180)),
                name="wallet_net_days_within_half_a_year",
            ),
        ),
        migrations.CreateModel(
            name="DunningNotice",
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
                ("day", models.DateField()),
                ("level", models.PositiveSmallIntegerField()),
                ("amount", models.BigIntegerField(help_text="Micro-yuan, of all its items.")),
                (
                    "disputed",
                    models.BigIntegerField(
                        help_text="Micro-yuan in dispute, which is not asked for."
                    ),
                ),
                ("made_at", models.DateTimeField()),
                (
                    "operator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
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
                "db_table": "receivables_notice",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "operator", "day"), name="dunning_notice_once_a_day"
                    ),
                    models.UniqueConstraint(
                        fields=("id", "tenant", "operator"), name="dunning_notice_key_to_copy"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0),
                            ("disputed__gte", 0),
                            ("level__gte", 1),
                            ("level__lte", 5),
                        ),
                        name="dunning_notice_asks_for_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tenant__gt", 0), ("operator__gt", 0)),
                        name="dunning_notice_of_no_sandbox",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DunningPause",
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
                ("until", models.DateField()),
                ("reason", models.CharField(max_length=500)),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "made_by",
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
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "receivables_pause",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("tenant", "operator"),
                        name="dunning_pause_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="dunning_pause_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tenant__gt", 0), ("operator__gt", 0)),
                        name="dunning_pause_of_no_sandbox",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DunningStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField()),
                ("operator_id", models.BigIntegerField()),
                ("item", models.CharField(max_length=100)),
                ("level", models.PositiveSmallIntegerField()),
                ("due_on", models.DateField()),
                ("open", models.BigIntegerField(help_text="Micro-yuan that were open.")),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="compute_billing.dunningnotice",
                    ),
                ),
            ],
            options={
                "db_table": "receivables_step",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "operator_id", "item", "level"),
                        name="dunning_step_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("open__gt", 0)), name="dunning_step_asks"
                    ),
                ],
            },
        ),
        kernel.migration_operations.AppendOnly(
            table="receivables_notice",
        ),
        kernel.migration_operations.AppendOnly(
            table="receivables_step",
        ),
    ]
