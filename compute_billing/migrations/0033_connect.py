"""Payouts by Connect: accounts, calls, reversals; cash says where it lies, licence money apart."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import kernel.identifiers


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0018_connect"),
        ("accounts", "__first__"),
        ("compute_billing", "0032_procurement"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="ledgeraccount",
            name="ledger_account_floor_follows_kind",
        ),
        migrations.RemoveConstraint(
            model_name="payeeentry",
            name="payee_entry_adds_up",
        ),
        migrations.RemoveConstraint(
            model_name="payeeentry",
            name="payee_entry_names_its_payout",
        ),
        migrations.AddField(
            model_name="payout",
            name="reversed_fen",
            field=models.BigIntegerField(default=0, help_text="Taken back of a transfer."),
        ),
        migrations.AddField(
            model_name="payout",
            name="stripe_transfer",
            field=models.CharField(blank=True, max_length=255),
        ),
        migrations.AddField(
            model_name="payoutaccount",
            name="rail",
            field=models.CharField(
                choices=[("bank", "Bank"), ("connect", "Connect")], default="bank", max_length=16
            ),
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
                    ("payee_earned", "Payee Earned"),
                    ("payee_payable", "Payee Payable"),
                    ("payee_reserve", "Payee Reserve"),
                    ("payee_transit", "Payee Transit"),
                    ("payee_debt", "Payee Debt"),
                    ("commission", "Commission"),
                    ("commission_tax", "Commission Tax"),
                    ("licence_custody", "Licence Custody"),
                    ("licence_owed", "Licence Owed"),
                ],
                max_length=32,
            ),
        ),
        migrations.AlterField(
            model_name="payeeentry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("earned", "Earned"),
                    ("released", "Released"),
                    ("held", "Held"),
                    ("paid", "Paid"),
                    ("returned", "Returned"),
                    ("bounced", "Bounced"),
                    ("reversed", "Reversed"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="payoutaccount",
            name="number",
            field=models.CharField(max_length=255),
        ),
        migrations.AddConstraint(
            model_name="ledgeraccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "has_floor",
                        models.Q(
                            (
                                "kind__in",
                                [
                                    "paid",
                                    "promotion",
                                    "in_kind",
                                    "credit",
                                    "fund",
                                    "award",
                                    "package_deferred",
                                    "payee_payable",
                                    "payee_reserve",
                                    "payee_transit",
                                    "licence_owed",
                                ],
                            )
                        ),
                    )
                ),
                name="ledger_account_floor_follows_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgeraccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind__in", ("licence_custody", "licence_owed")), ("unit", "CNY:licence")
                    ),
                    models.Q(
                        models.Q(("kind__in", ("licence_custody", "licence_owed")), _negated=True),
                        models.Q(("unit", "CNY:licence"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="ledger_account_licence_money_apart",
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgeraccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "licence_custody"), ("subject__startswith", "licence:")),
                    models.Q(
                        ("kind", "cash"),
                        models.Q(("subject", ""), _negated=True),
                        models.Q(("subject__startswith", "licence:"), _negated=True),
                    ),
                    models.Q(("kind__in", ["cash", "licence_custody"]), _negated=True),
                    _connector="OR",
                ),
                name="ledger_account_cash_says_where_it_lies",
            ),
        ),
        migrations.AddConstraint(
            model_name="payeeentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind__in", ["earned", "released", "held", "returned"]),
                        (
                            "payable",
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                models.F("earned"), "-", models.F("commission")
                                            ),
                                            "-",
                                            models.F("commission_tax"),
                                        ),
                                        "-",
                                        models.F("reserve"),
                                    ),
                                    "-",
                                    models.F("transit"),
                                ),
                                "+",
                                models.F("debt"),
                            ),
                        ),
                    ),
                    models.Q(
                        ("debt", 0),
                        ("earned", 0),
                        ("kind", "paid"),
                        ("payable", 0),
                        ("reserve", 0),
                        ("transit__lt", 0),
                    ),
                    models.Q(
                        ("debt__lte", 0),
                        ("earned", 0),
                        ("kind__in", ["bounced", "reversed"]),
                        ("payable__gte", 0),
                        ("reserve", 0),
                        ("transit", 0),
                    ),
                    _connector="OR",
                ),
                name="payee_entry_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="payeeentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["earned", "released"]), ("payout__isnull", True)),
                    models.Q(
                        ("kind__in", ["held", "paid", "returned", "bounced", "reversed"]),
                        ("payout__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="payee_entry_names_its_payout",
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.UniqueConstraint(
                condition=models.Q(("stripe_transfer", ""), _negated=True),
                fields=("stripe_transfer",),
                name="payout_transferred_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reversed_fen", 0),
                    models.Q(
                        ("reversed_fen__gt", 0),
                        ("reversed_fen__lte", models.F("amount_fen")),
                        ("state", "paid"),
                        models.Q(("stripe_transfer", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="payout_reversed_within_itself",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("rail", "bank"), models.Q(("branch_code", ""), _negated=True)),
                    models.Q(
                        ("branch_code", ""), ("number__startswith", "acct_"), ("rail", "connect")
                    ),
                    _connector="OR",
                ),
                name="payout_account_fits_its_rail",
            ),
        ),
        migrations.CreateModel(
            name="ConnectedAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                ("country", models.CharField(max_length=2)),
                ("stripe_account", models.CharField(blank=True, max_length=255)),
                ("details_submitted", models.BooleanField(default=False)),
                ("transfers_enabled", models.BooleanField(default=False)),
                ("charges_enabled", models.BooleanField(default=False)),
                ("payouts_enabled", models.BooleanField(default=False)),
                ("disabled_reason", models.CharField(blank=True, max_length=100)),
                ("wanted", models.JSONField(default=list)),
                ("wanted_by", models.DateTimeField(null=True)),
                (
                    "failure",
                    models.CharField(blank=True, help_text="Why Stripe made none.", max_length=500),
                ),
                ("asked_at", models.DateTimeField()),
                ("observed_at", models.DateTimeField(null=True)),
                ("look_again_at", models.DateTimeField(null=True)),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "payee",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="connected",
                        to="compute_billing.payee",
                    ),
                ),
            ],
            options={
                "db_table": "payouts_connected_account",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("stripe_account", ""), _negated=True),
                        fields=("stripe_account",),
                        name="connected_account_of_one_payee",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("stripe_account", ""), _negated=True),
                            models.Q(
                                ("charges_enabled", False),
                                ("payouts_enabled", False),
                                ("transfers_enabled", False),
                            ),
                            _connector="OR",
                        ),
                        name="connected_account_enabled_is_there",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OnwardPayout",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("stripe_payout", models.CharField(max_length=255, unique=True)),
                (
                    "amount",
                    models.BigIntegerField(help_text="In the smallest unit of its currency."),
                ),
                ("currency", models.CharField(max_length=3)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("paid", "Paid"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=16,
                    ),
                ),
                ("failure", models.CharField(blank=True, max_length=200)),
                ("arrives_at", models.DateTimeField(null=True)),
                ("observed_at", models.DateTimeField()),
                (
                    "connected",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="onward",
                        to="compute_billing.connectedaccount",
                    ),
                ),
            ],
            options={
                "db_table": "payouts_onward",
            },
        ),
        migrations.CreateModel(
            name="PayoutReversal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                ("amount_fen", models.BigIntegerField()),
                ("reason", models.CharField(max_length=500)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("asked", "Asked"),
                            ("done", "Done"),
                            ("refused", "Refused"),
                            ("failed", "Failed"),
                        ],
                        max_length=16,
                    ),
                ),
                ("is_foreign", models.BooleanField(default=False)),
                ("stripe_reversal", models.CharField(blank=True, max_length=255)),
                ("failure", models.CharField(blank=True, max_length=500)),
                ("made_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        help_text="What booked it.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.payeeentry",
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "payout",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversals",
                        to="compute_billing.payout",
                    ),
                ),
            ],
            options={
                "db_table": "payouts_reversal",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["proposed", "asked"])),
                        fields=("payout",),
                        name="payout_reversal_one_open",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("stripe_reversal", ""), _negated=True),
                        fields=("stripe_reversal",),
                        name="payout_reversal_taken_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen__gt", 0)), name="payout_reversal_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("is_foreign", True), ("maker__isnull", True), ("state", "done")
                            ),
                            models.Q(
                                ("is_foreign", False),
                                ("maker__isnull", False),
                                ("state__in", ["proposed", "refused"]),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("is_foreign", False),
                                ("maker__isnull", False),
                                ("state__in", ["asked", "done", "failed"]),
                                models.Q(("decided_by", models.F("maker")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="payout_reversal_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", False),
                                ("entry__isnull", False),
                                ("state", "done"),
                                models.Q(("stripe_reversal", ""), _negated=True),
                            ),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("entry__isnull", True),
                                ("state__in", ["refused", "failed"]),
                            ),
                            models.Q(
                                ("ended_at__isnull", True),
                                ("entry__isnull", True),
                                ("state__in", ["proposed", "asked"]),
                                ("stripe_reversal", ""),
                            ),
                            _connector="OR",
                        ),
                        name="payout_reversal_done_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConnectCall",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("account", "Account"),
                            ("transfer", "Transfer"),
                            ("reversal", "Reversal"),
                        ],
                        max_length=16,
                    ),
                ),
                ("parameters", models.JSONField()),
                ("generation", models.PositiveSmallIntegerField(default=1)),
                ("state", models.CharField(default="waiting", max_length=16)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("asked_at", models.DateTimeField()),
                (
                    "first_sent_at",
                    models.DateTimeField(help_text="Under this generation.", null=True),
                ),
                ("next_attempt_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("failure", models.CharField(blank=True, max_length=500)),
                ("stripe_object", models.CharField(blank=True, max_length=255)),
                (
                    "payout",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calls",
                        to="compute_billing.payout",
                    ),
                ),
                (
                    "connected",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calls",
                        to="compute_billing.connectedaccount",
                    ),
                ),
                (
                    "reversal",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calls",
                        to="compute_billing.payoutreversal",
                    ),
                ),
            ],
            options={
                "db_table": "payouts_connect_call",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["next_attempt_at"],
                        name="connect_call_waiting",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", "account"),
                                ("payout__isnull", True),
                                ("reversal__isnull", True),
                            ),
                            models.Q(
                                ("kind", "transfer"),
                                ("payout__isnull", False),
                                ("reversal__isnull", True),
                            ),
                            models.Q(
                                ("kind", "reversal"),
                                ("payout__isnull", False),
                                ("reversal__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="connect_call_about_one_thing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", True),
                                ("next_attempt_at__isnull", False),
                                ("state", "waiting"),
                            ),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("next_attempt_at__isnull", True),
                                ("state__in", ["done", "refused"]),
                            ),
                            _connector="OR",
                        ),
                        name="connect_call_waiting_has_time",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "transfer")),
                        fields=("payout",),
                        name="connect_call_transfers_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("reversal__isnull", False)),
                        fields=("reversal",),
                        name="connect_call_reverses_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "account"), ("state__in", ["waiting", "done"])),
                        fields=("connected",),
                        name="connect_call_opens_once",
                    ),
                ],
            },
        ),
    ]
