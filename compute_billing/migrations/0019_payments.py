"""Payments by Stripe: money in and back, calls that are to be made, and the inbox of events."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import compute_billing.payments.states
import kernel.identifiers


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_payments"),
        ("compute_billing", "0018_holds"),
    ]

    operations = [
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
                ],
                max_length=32,
            ),
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                ("token", models.CharField(max_length=100)),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("checkout", "Checkout"),
                            ("intent", "Intent"),
                            ("automatic", "Automatic"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        blank=True, help_text="Empty: the payer chooses.", max_length=32
                    ),
                ),
                ("saves_card", models.BooleanField(default=False)),
                ("custody", models.CharField(max_length=200)),
                ("amount_fen", models.BigIntegerField()),
                ("received_fen", models.BigIntegerField(default=0)),
                (
                    "fee_fen",
                    models.BigIntegerField(
                        help_text="Null: Stripe has not told it yet.", null=True
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        default=compute_billing.payments.states.PaymentState["ASKED"], max_length=16
                    ),
                ),
                (
                    "progress",
                    models.CharField(blank=True, help_text="Stripe's word for it.", max_length=64),
                ),
                ("failure", models.CharField(blank=True, max_length=200)),
                ("stripe_session", models.CharField(blank=True, max_length=255)),
                ("stripe_intent", models.CharField(blank=True, max_length=255)),
                ("stripe_charge", models.CharField(blank=True, max_length=255)),
                ("stripe_balance_transaction", models.CharField(blank=True, max_length=255)),
                ("checkout_url", models.TextField(blank=True)),
                ("receipt_url", models.TextField(blank=True)),
                ("asked_at", models.DateTimeField()),
                ("paid_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "look_again_at",
                    models.DateTimeField(help_text="Null: nothing more will happen.", null=True),
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
                "db_table": "payments_payment",
                "indexes": [
                    models.Index(fields=["tenant", "-id"], name="payment_newest"),
                    models.Index(
                        condition=models.Q(("look_again_at__isnull", False)),
                        fields=["look_again_at"],
                        name="payment_looked_at",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "token"), name="payment_asked_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("stripe_intent", ""), _negated=True),
                        fields=("stripe_intent",),
                        name="payment_intent_pays_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("stripe_charge", ""), _negated=True),
                        fields=("stripe_charge",),
                        name="payment_charge_pays_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["asked", "open"]), ("way", "automatic")),
                        fields=("tenant", "operator"),
                        name="payment_one_automatic_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["asked", "open", "paid", "failed", "cancelled"])
                        ),
                        name="payment_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen__gt", 0), ("received_fen__gte", 0)),
                        name="payment_amount_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("paid_at__isnull", False),
                                ("received_fen__gt", 0),
                                ("state", "paid"),
                            ),
                            models.Q(
                                models.Q(("state", "paid"), _negated=True),
                                ("paid_at__isnull", True),
                                ("received_fen", 0),
                            ),
                            _connector="OR",
                        ),
                        name="payment_paid_is_received",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tenant", models.F("operator")), _negated=True),
                        name="payment_between_two_parties",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StripeEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("event", models.CharField(max_length=255, unique=True)),
                ("type", models.CharField(max_length=100)),
                ("object_type", models.CharField(blank=True, max_length=100)),
                ("object_id", models.CharField(blank=True, max_length=255)),
                ("payload", models.JSONField()),
                ("created_at", models.DateTimeField(help_text="By Stripe's clock.")),
                ("received_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("handled", "Handled"), ("kept", "Kept")],
                        default="waiting",
                        max_length=16,
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField(null=True)),
                ("handled_at", models.DateTimeField(null=True)),
                ("failure", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "db_table": "payments_stripe_event",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["next_attempt_at"],
                        name="stripe_event_waiting",
                    ),
                    models.Index(fields=["object_id"], name="stripe_event_object"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("handled_at__isnull", True),
                                ("next_attempt_at__isnull", False),
                                ("state", "waiting"),
                            ),
                            models.Q(
                                ("state__in", ["handled", "kept"]),
                                ("handled_at__isnull", False),
                                ("next_attempt_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="stripe_event_waiting_has_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AutoTopUp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("threshold_fen", models.BigIntegerField()),
                ("amount_fen", models.BigIntegerField()),
                ("month_max_fen", models.BigIntegerField()),
                ("is_on", models.BooleanField()),
                ("declined", models.PositiveSmallIntegerField(default=0, help_text="In a row.")),
                ("off_reason", models.CharField(blank=True, max_length=32)),
                ("next_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
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
                "db_table": "payments_auto_top_up",
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_on", True)),
                        fields=["next_at"],
                        name="auto_top_up_next",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "operator"), name="auto_top_up_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount_fen__gt", 0),
                            ("month_max_fen__gte", models.F("amount_fen")),
                            ("threshold_fen__gte", 0),
                        ),
                        name="auto_top_up_amounts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LotReserve",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reference", models.CharField(max_length=200)),
                ("amount", models.BigIntegerField()),
                ("reserved_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.ledgeraccount",
                    ),
                ),
            ],
            options={
                "db_table": "ledger_lot_reserve",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "reference"), name="lot_reserved_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="lot_reserve_positive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Dispute",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                ("stripe_dispute", models.CharField(max_length=255, unique=True)),
                ("amount_fen", models.BigIntegerField()),
                ("reason", models.CharField(blank=True, max_length=100)),
                ("state", models.CharField(max_length=16)),
                ("withdrawn_fen", models.BigIntegerField(default=0)),
                ("returned_fen", models.BigIntegerField(default=0)),
                ("from_lot_micro", models.BigIntegerField(default=0)),
                ("arrears_micro", models.BigIntegerField(default=0)),
                ("fee_fen", models.BigIntegerField(default=0)),
                ("evidence_due_at", models.DateTimeField(null=True)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("observed_at", models.DateTimeField()),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disputes",
                        to="compute_billing.payment",
                    ),
                ),
            ],
            options={
                "db_table": "payments_dispute",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["warning", "open", "won", "lost"])),
                        name="dispute_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("arrears_micro__gte", 0),
                            ("from_lot_micro__gte", 0),
                            ("returned_fen__gte", 0),
                            ("returned_fen__lte", models.F("withdrawn_fen")),
                            ("withdrawn_fen__gte", 0),
                        ),
                        name="dispute_returns_what_it_took",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "withdrawn_fen",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("from_lot_micro"), "+", models.F("arrears_micro")
                                    ),
                                    "/",
                                    models.Value(10000),
                                ),
                            )
                        ),
                        name="dispute_comes_from_lot_or_arrears",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                ("token", models.CharField(max_length=100)),
                ("amount_fen", models.BigIntegerField()),
                ("arrears_micro", models.BigIntegerField(default=0)),
                ("is_foreign", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        default=compute_billing.payments.states.RefundState["PENDING"],
                        max_length=16,
                    ),
                ),
                ("failure", models.CharField(blank=True, max_length=200)),
                ("stripe_refund", models.CharField(blank=True, max_length=255)),
                ("asked_at", models.DateTimeField()),
                ("succeeded_at", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(null=True)),
                ("look_again_at", models.DateTimeField(null=True)),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="compute_billing.payment",
                    ),
                ),
            ],
            options={
                "db_table": "payments_refund",
                "indexes": [
                    models.Index(
                        condition=models.Q(("look_again_at__isnull", False)),
                        fields=["look_again_at"],
                        name="refund_looked_at",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("payment", "token"), name="refund_asked_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("stripe_refund", ""), _negated=True),
                        fields=("stripe_refund",),
                        name="refund_paid_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen__gt", 0)), name="refund_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["pending", "succeeded", "failed"])),
                        name="refund_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("arrears_micro__gte", 0),
                            models.Q(("is_foreign", True), ("arrears_micro", 0), _connector="OR"),
                        ),
                        name="refund_of_unspent_money",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedCard",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("stripe_customer", models.CharField(max_length=255)),
                ("stripe_method", models.CharField(max_length=255)),
                ("brand", models.CharField(blank=True, max_length=32)),
                ("last_four", models.CharField(blank=True, max_length=4)),
                ("saved_at", models.DateTimeField()),
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
                "db_table": "payments_saved_card",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "operator"), name="saved_card_unique")
                ],
            },
        ),
        migrations.CreateModel(
            name="StripeCall",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                ("kind", models.CharField(max_length=32)),
                ("parameters", models.JSONField()),
                ("generation", models.PositiveSmallIntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("done", "Done"), ("refused", "Refused")],
                        default="waiting",
                        max_length=16,
                    ),
                ),
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
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calls",
                        to="compute_billing.payment",
                    ),
                ),
                (
                    "refund",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calls",
                        to="compute_billing.refund",
                    ),
                ),
            ],
            options={
                "db_table": "payments_stripe_call",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["next_attempt_at"],
                        name="stripe_call_waiting",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", True),
                                ("next_attempt_at__isnull", False),
                                ("state", "waiting"),
                            ),
                            models.Q(
                                ("state__in", ["done", "refused"]),
                                ("ended_at__isnull", False),
                                ("next_attempt_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="stripe_call_waiting_has_time",
                    )
                ],
            },
        ),
    ]
