"""What lies at Stripe and at banks, day by day, beside the books."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kernel.identifiers
import kernel.migration_operations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_cash"),
        ("accounts", "__first__"),
        ("compute_billing", "0020_worlds_of_later_columns"),
    ]

    operations = [
        migrations.CreateModel(
            name="CashAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                ("custody", models.CharField(max_length=200, unique=True)),
                (
                    "keeper",
                    models.CharField(
                        choices=[("stripe", "Stripe"), ("bank", "Bank")], max_length=16
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("reconciled_to", models.DateField(null=True)),
            ],
            options={
                "db_table": "cash_account",
            },
        ),
        migrations.AlterField(
            model_name="ledgeraccount",
            name="kind",
            field=models.CharField(
                choices=[
                    ("paid", "Paid"),
                    ("promotion", "Promotion"),
                    ("in_kind", "In Kind"),
                    ("credit", "Credit"),
                    ("arrears", "Arrears"),
                    ("fund", "Fund"),
                    ("award", "Award"),
                    ("appropriation", "Appropriation"),
                    ("cash", "Cash"),
                    ("compute_revenue", "Compute Revenue"),
                    ("promotion_cost", "Promotion Cost"),
                    ("card_time_granted", "Card Time Granted"),
                    ("card_time_used", "Card Time Used"),
                    ("breakage", "Breakage"),
                    ("package_deferred", "Package Deferred"),
                    ("package_revenue", "Package Revenue"),
                    ("payment_fee", "Payment Fee"),
                    ("own_funds", "Own Funds"),
                ],
                max_length=32,
            ),
        ),
        migrations.CreateModel(
            name="CashDifference",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                ("key", models.CharField(max_length=300)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("missing_here", "Missing Here"),
                            ("missing_there", "Missing There"),
                            ("amount_differs", "Amount Differs"),
                            ("fee_not_booked", "Fee Not Booked"),
                            ("late", "Late"),
                        ],
                        max_length=16,
                    ),
                ),
                ("told_reference", models.CharField(blank=True, max_length=300)),
                ("booked_reference", models.CharField(blank=True, max_length=300)),
                ("amount_fen", models.BigIntegerField()),
                ("first_day", models.DateField()),
                (
                    "last_day",
                    models.DateField(help_text="From this day on the sides agree.", null=True),
                ),
                ("first_seen_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ending",
                    models.CharField(
                        blank=True,
                        choices=[("found", "Found"), ("paired", "Paired"), ("booked", "Booked")],
                        max_length=16,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="differences",
                        to="compute_billing.cashaccount",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "cash_difference",
                "indexes": [
                    models.Index(fields=["account", "first_day"], name="cash_difference_by_day"),
                    models.Index(fields=["-id"], name="cash_difference_newest"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("account", "key"),
                        name="cash_difference_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", True),
                                ("ending", ""),
                                ("last_day__isnull", True),
                            ),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("ending__in", ["found", "paired", "booked"]),
                                ("last_day__gte", models.F("first_day")),
                            ),
                            _connector="OR",
                        ),
                        name="cash_difference_ends_somehow",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ending__in", ["paired", "booked"]), _negated=True),
                            models.Q(
                                ("ended_by__isnull", False), models.Q(("reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="cash_difference_ended_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "missing_here",
                                    "missing_there",
                                    "amount_differs",
                                    "fee_not_booked",
                                    "late",
                                ],
                            )
                        ),
                        name="cash_difference_of_a_known_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CashDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("told_opening_fen", models.BigIntegerField()),
                ("told_moves_fen", models.BigIntegerField()),
                ("booked_opening_fen", models.BigIntegerField()),
                ("booked_moves_fen", models.BigIntegerField()),
                ("aside_opening_fen", models.BigIntegerField()),
                ("aside_moves_fen", models.BigIntegerField()),
                ("reconciled_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="days",
                        to="compute_billing.cashaccount",
                    ),
                ),
            ],
            options={
                "db_table": "cash_day",
                "constraints": [
                    models.UniqueConstraint(fields=("account", "day"), name="cash_day_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="CashEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("told_id", models.CharField(max_length=255, unique=True)),
                ("type", models.CharField(max_length=64)),
                ("source", models.CharField(blank=True, max_length=255)),
                ("amount_fen", models.BigIntegerField()),
                ("fee_fen", models.BigIntegerField()),
                ("told_at", models.DateTimeField(help_text="By Stripe's clock.")),
                ("recorded_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="compute_billing.cashaccount",
                    ),
                ),
            ],
            options={
                "db_table": "cash_entry",
                "indexes": [models.Index(fields=["account", "told_at"], name="cash_entry_by_time")],
            },
        ),
        migrations.CreateModel(
            name="CashItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[
                            ("told", "Told"),
                            ("booked", "Booked"),
                            ("aside", "Aside"),
                            ("paired", "Paired"),
                        ],
                        max_length=16,
                    ),
                ),
                ("reference", models.CharField(max_length=300)),
                ("key", models.CharField(max_length=300)),
                ("day", models.DateField()),
                ("amount_fen", models.BigIntegerField()),
                ("taken_up_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="compute_billing.cashaccount",
                    ),
                ),
            ],
            options={
                "db_table": "cash_item",
                "indexes": [
                    models.Index(fields=["account", "key"], name="cash_item_by_key"),
                    models.Index(fields=["account", "day"], name="cash_item_by_day"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "side", "reference"), name="cash_item_taken_up_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen", 0), _negated=True),
                        name="cash_item_moves_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["told", "booked", "aside", "paired"])),
                        name="cash_item_of_a_known_side",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CashProposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                (
                    "counter",
                    models.CharField(
                        choices=[("fee", "Fee"), ("own", "Own"), ("transfer", "Transfer")],
                        max_length=16,
                    ),
                ),
                ("amount_fen", models.BigIntegerField()),
                ("reason", models.CharField(max_length=500)),
                ("made_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("is_approved", models.BooleanField(default=False)),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "difference",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="compute_billing.cashdifference",
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
                    "operator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.cashdifference",
                    ),
                ),
            ],
            options={
                "db_table": "cash_proposal",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("difference",),
                        name="cash_proposal_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_approved", False),
                            models.Q(
                                ("closed_by__isnull", False),
                                models.Q(("closed_by", models.F("maker")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="cash_proposal_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("counter", "transfer"), ("other__isnull", False)),
                            models.Q(
                                models.Q(("counter", "transfer"), _negated=True),
                                ("other__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="cash_proposal_transfers_between_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("operator__gt", 0)), name="cash_proposal_of_no_sandbox"
                    ),
                ],
            },
        ),
        kernel.migration_operations.AppendOnly(
            table="cash_entry",
        ),
        kernel.migration_operations.AppendOnly(
            table="cash_item",
        ),
    ]
