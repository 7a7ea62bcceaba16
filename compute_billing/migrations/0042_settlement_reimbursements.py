"""Claims on what tenants paid, and what is owed back of what was claimed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kernel.identifiers
from kernel.migration_operations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0020_kinds_are_in_code"),
        ("compute_billing", "0041_wallet_low_amount"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Clawback",
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
                    "reason",
                    models.CharField(
                        choices=[
                            ("refund", "Refund"),
                            ("duplicate_funding", "Duplicate Funding"),
                            ("relocation", "Relocation"),
                            ("fraud", "Fraud"),
                            ("provider_delisted", "Provider Delisted"),
                            ("closed_fund_year", "Closed Fund Year"),
                        ],
                        max_length=24,
                    ),
                ),
                ("clause", models.CharField(max_length=200)),
                ("statement", models.CharField(max_length=1000)),
                ("used_from", models.DateTimeField(null=True)),
                ("used_until", models.DateTimeField(null=True)),
                ("withdraws_award", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                        ],
                        default="proposed",
                        max_length=16,
                    ),
                ),
                ("amount", models.BigIntegerField(default=0)),
                ("basis_before", models.BigIntegerField(null=True)),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("answer", models.CharField(blank=True, max_length=1000)),
            ],
            options={
                "db_table": "settlement_clawback",
            },
        ),
        migrations.CreateModel(
            name="ClawbackLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField()),
                ("recorded_month", models.DateField()),
                ("charge_id", models.BigIntegerField(db_index=True)),
                ("basis", models.BigIntegerField()),
                ("amount", models.BigIntegerField()),
            ],
            options={
                "db_table": "settlement_clawback_line",
            },
        ),
        migrations.CreateModel(
            name="ClawbackPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", models.BigIntegerField()),
                ("settled", models.BigIntegerField(default=0)),
            ],
            options={
                "db_table": "settlement_clawback_part",
            },
        ),
        migrations.CreateModel(
            name="ClawbackReceipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("receipt_no", models.CharField(blank=True, max_length=100)),
                ("amount", models.BigIntegerField()),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "db_table": "settlement_clawback_receipt",
            },
        ),
        migrations.AddField(
            model_name="claim",
            name="kind",
            field=models.CharField(
                choices=[("share", "Share"), ("reimbursement", "Reimbursement")],
                default="share",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="claim",
            name="netted",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="claimed",
            name="award_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="claimline",
            name="adjusts_line",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="compute_billing.claimline",
            ),
        ),
        migrations.AddField(
            model_name="claimline",
            name="basis_before",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name="claimline",
            index=models.Index(
                condition=models.Q(("basis_before__isnull", False)),
                fields=["award_id", "charge_id"],
                name="claim_line_of_award",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("netted", 0),
                    models.Q(("netted__gt", 0), ("netted__lte", models.F("amount"))),
                    _connector="OR",
                ),
                name="claim_nets_within_its_amount",
            ),
        ),
        migrations.AddField(
            model_name="clawback",
            name="award",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="clawbacks",
                to="compute_billing.award",
            ),
        ),
        migrations.AddField(
            model_name="clawback",
            name="debtor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
            ),
        ),
        migrations.AddField(
            model_name="clawback",
            name="decider",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="clawback",
            name="decider_organisation",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
            ),
        ),
        migrations.AddField(
            model_name="clawback",
            name="maker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="clawback",
            name="tenant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
            ),
        ),
        migrations.AddField(
            model_name="clawbackline",
            name="clawback",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="compute_billing.clawback",
            ),
        ),
        migrations.AddField(
            model_name="clawbackpart",
            name="clawback",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="parts",
                to="compute_billing.clawback",
            ),
        ),
        migrations.AddField(
            model_name="clawbackpart",
            name="debtor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
            ),
        ),
        migrations.AddField(
            model_name="clawbackpart",
            name="fund",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="compute_billing.fund",
            ),
        ),
        migrations.AddField(
            model_name="clawbackreceipt",
            name="claim",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="compute_billing.claim",
            ),
        ),
        migrations.AddField(
            model_name="clawbackreceipt",
            name="part",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="receipts",
                to="compute_billing.clawbackpart",
            ),
        ),
        migrations.AddConstraint(
            model_name="clawback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decider", None),
                    models.Q(
                        models.Q(("decider", models.F("maker")), _negated=True),
                        models.Q(("decider_organisation", models.F("tenant")), _negated=True),
                        models.Q(("decider_organisation", models.F("debtor")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="clawback_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="clawback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at", None),
                        ("decider", None),
                        ("decider_organisation", None),
                        ("state", "proposed"),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decider__isnull", False),
                        ("decider_organisation__isnull", False),
                        ("state__in", ["approved", "rejected"]),
                    ),
                    _connector="OR",
                ),
                name="clawback_decided_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="clawback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("clause", ""), _negated=True),
                    models.Q(("statement", ""), _negated=True),
                ),
                name="clawback_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="clawback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("tenant__gt", 0), ("debtor__gt", 0), ("decider_organisation__gt", 0)
                ),
                name="clawback_of_no_sandbox",
            ),
        ),
        migrations.AddConstraint(
            model_name="clawbackline",
            constraint=models.UniqueConstraint(
                fields=("clawback", "charge_id"), name="clawback_line_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="clawbackline",
            constraint=models.CheckConstraint(
                condition=models.Q(("tenant_id__gt", 0)), name="clawback_line_of_no_sandbox"
            ),
        ),
        migrations.AddConstraint(
            model_name="clawbackpart",
            constraint=models.UniqueConstraint(
                fields=("clawback", "fund"), name="clawback_part_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="clawbackpart",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gt", 0), ("settled__gte", 0), ("settled__lte", models.F("amount"))
                ),
                name="clawback_part_settled_within",
            ),
        ),
        migrations.AddConstraint(
            model_name="clawbackpart",
            constraint=models.CheckConstraint(
                condition=models.Q(("debtor__gt", 0)), name="clawback_part_of_no_sandbox"
            ),
        ),
        migrations.AddConstraint(
            model_name="clawbackreceipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gt", 0),
                    models.Q(
                        models.Q(("claim__isnull", False), ("receipt_no", "")),
                        models.Q(("claim", None), models.Q(("receipt_no", ""), _negated=True)),
                        _connector="OR",
                    ),
                ),
                name="clawback_receipt_of_one_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="clawbackreceipt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("receipt_no", ""), _negated=True),
                fields=("part", "receipt_no"),
                name="clawback_receipt_unique",
            ),
        ),
        AppendOnly("settlement_clawback_line"),
        AppendOnly("settlement_clawback_receipt"),
    ]
