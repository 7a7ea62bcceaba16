"""Tables of payments: money in, money back, and what was said to Stripe and by it."""

from django.db import models
from django.db.models import F, Q

from compute_billing.payments.states import DisputeState, PaymentState, RefundState
from kernel.identifiers import uuid7
from kernel.worlds import real_world


class Way(models.TextChoices):
    """How a payment is made: on Stripe's page, by a program, or by itself."""

    CHECKOUT = "checkout"
    INTENT = "intent"
    AUTOMATIC = "automatic"


class Payment(models.Model):
    """A tenant pays an operator for compute. Amounts are whole fen, as Stripe counts them.

    `token` is what who asks calls it by: the same token again is the same payment. `received_fen`
    is what came in; it is what the lot was granted.
    """

    public_id = models.UUIDField(default=uuid7, unique=True)
    tenant = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    operator = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    token = models.CharField(max_length=100)
    way = models.CharField(max_length=16, choices=Way)
    method = models.CharField(max_length=32, blank=True, help_text="Empty: the payer chooses.")
    saves_card = models.BooleanField(default=False)
    custody = models.CharField(max_length=200)
    amount_fen = models.BigIntegerField()
    received_fen = models.BigIntegerField(default=0)
    fee_fen = models.BigIntegerField(null=True, help_text="Null: Stripe has not told it yet.")
    state = models.CharField(max_length=16, default=PaymentState.ASKED)
    progress = models.CharField(max_length=64, blank=True, help_text="Stripe's word for it.")
    failure = models.CharField(max_length=200, blank=True)
    stripe_session = models.CharField(max_length=255, blank=True)
    stripe_intent = models.CharField(max_length=255, blank=True)
    stripe_charge = models.CharField(max_length=255, blank=True)
    stripe_balance_transaction = models.CharField(max_length=255, blank=True)
    checkout_url = models.TextField(blank=True)
    receipt_url = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    look_again_at = models.DateTimeField(null=True, help_text="Null: nothing more will happen.")

    class Meta:
        db_table = "payments_payment"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "token"], name="payment_asked_once"),
            models.CheckConstraint(
                name="payment_of_no_sandbox", condition=real_world("tenant", "operator")
            ),
            models.UniqueConstraint(
                fields=["stripe_intent"],
                condition=~Q(stripe_intent=""),
                name="payment_intent_pays_once",
            ),
            models.UniqueConstraint(
                fields=["stripe_charge"],
                condition=~Q(stripe_charge=""),
                name="payment_charge_pays_once",
            ),
            models.UniqueConstraint(
                fields=["tenant", "operator"],
                condition=Q(way="automatic", state__in=["asked", "open"]),
                name="payment_one_automatic_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in PaymentState]),
                name="payment_state_known",
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, received_fen__gte=0), name="payment_amount_positive"
            ),
            models.CheckConstraint(
                condition=Q(state="paid", received_fen__gt=0, paid_at__isnull=False)
                | (~Q(state="paid") & Q(received_fen=0, paid_at__isnull=True)),
                name="payment_paid_is_received",
            ),
            models.CheckConstraint(
                condition=~Q(tenant=F("operator")), name="payment_between_two_parties"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "-id"], name="payment_newest"),
            models.Index(
                fields=["look_again_at"],
                condition=Q(look_again_at__isnull=False),
                name="payment_looked_at",
            ),
        ]


class Refund(models.Model):
    """Unspent money of a payment goes back to where it came from.

    While it is pending the money is held on the payment's lot. One that was not asked for here
    (somebody made it on Stripe's pages) has `is_foreign`; what of it was spent already became
    arrears (`arrears_micro`).
    """

    public_id = models.UUIDField(default=uuid7, unique=True)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    token = models.CharField(max_length=100)
    amount_fen = models.BigIntegerField()
    arrears_micro = models.BigIntegerField(default=0)
    is_foreign = models.BooleanField(default=False)
    state = models.CharField(max_length=16, default=RefundState.PENDING)
    failure = models.CharField(max_length=200, blank=True)
    stripe_refund = models.CharField(max_length=255, blank=True)
    asked_at = models.DateTimeField()
    succeeded_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    look_again_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_refund"
        constraints = [
            models.UniqueConstraint(fields=["payment", "token"], name="refund_asked_once"),
            models.UniqueConstraint(
                fields=["stripe_refund"], condition=~Q(stripe_refund=""), name="refund_paid_once"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="refund_amount_positive"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in RefundState]),
                name="refund_state_known",
            ),
            models.CheckConstraint(
                condition=Q(arrears_micro__gte=0) & (Q(is_foreign=True) | Q(arrears_micro=0)),
                name="refund_of_unspent_money",
            ),
        ]
        indexes = [
            models.Index(
                fields=["look_again_at"],
                condition=Q(look_again_at__isnull=False),
                name="refund_looked_at",
            ),
        ]


class Dispute(models.Model):
    """The payer's bank takes a payment back. What is out stands here, as the books have it.

    `withdrawn_fen` and `returned_fen` are what the bank took and gave back; of what it took,
    `from_lot_micro` was unspent and `arrears_micro` was not. `observed_at` is when Stripe was
    asked for what is written here: an older answer changes nothing.
    """

    public_id = models.UUIDField(default=uuid7, unique=True)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="disputes")
    stripe_dispute = models.CharField(max_length=255, unique=True)
    amount_fen = models.BigIntegerField()
    reason = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=16)
    withdrawn_fen = models.BigIntegerField(default=0)
    returned_fen = models.BigIntegerField(default=0)
    from_lot_micro = models.BigIntegerField(default=0)
    arrears_micro = models.BigIntegerField(default=0)
    fee_fen = models.BigIntegerField(default=0)
    evidence_due_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    observed_at = models.DateTimeField()

    class Meta:
        db_table = "payments_dispute"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in DisputeState]),
                name="dispute_state_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    withdrawn_fen__gte=0,
                    returned_fen__gte=0,
                    returned_fen__lte=F("withdrawn_fen"),
                    from_lot_micro__gte=0,
                    arrears_micro__gte=0,
                ),
                name="dispute_returns_what_it_took",
            ),
            models.CheckConstraint(
                condition=Q(
                    withdrawn_fen=(F("from_lot_micro") + F("arrears_micro")) / 10_000,
                ),
                name="dispute_comes_from_lot_or_arrears",
            ),
        ]


class SavedCard(models.Model):
    """A card that a tenant let Stripe keep; here are only Stripe's names for it."""

    tenant = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    operator = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    stripe_customer = models.CharField(max_length=255)
    stripe_method = models.CharField(max_length=255)
    brand = models.CharField(max_length=32, blank=True)
    last_four = models.CharField(max_length=4, blank=True)
    saved_at = models.DateTimeField()

    class Meta:
        db_table = "payments_saved_card"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "operator"], name="saved_card_unique"),
            models.CheckConstraint(
                name="saved_card_of_no_sandbox", condition=real_world("tenant", "operator")
            ),
        ]


class AutoTopUp(models.Model):
    """Below a threshold, a saved card pays an amount in, up to a ceiling in a billing month."""

    tenant = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    operator = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    threshold_fen = models.BigIntegerField()
    amount_fen = models.BigIntegerField()
    month_max_fen = models.BigIntegerField()
    is_on = models.BooleanField()
    declined = models.PositiveSmallIntegerField(default=0, help_text="In a row.")
    off_reason = models.CharField(max_length=32, blank=True)
    next_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "payments_auto_top_up"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "operator"], name="auto_top_up_unique"),
            models.CheckConstraint(
                name="auto_top_up_of_no_sandbox", condition=real_world("tenant", "operator")
            ),
            models.CheckConstraint(
                condition=Q(
                    threshold_fen__gte=0, amount_fen__gt=0, month_max_fen__gte=F("amount_fen")
                ),
                name="auto_top_up_amounts",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(is_on=True), name="auto_top_up_next")
        ]


class CallState(models.TextChoices):
    """Where a call to Stripe is."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"


class StripeCall(models.Model):
    """What Stripe is asked to do, written before it is asked.

    A repeat sends the same parameters under the same key, so that Stripe does it once. Once the
    key may be forgotten there (`first_sent_at` + 24 h) the object is looked for before anything
    is sent again, under the next `generation` of the key.
    """

    public_id = models.UUIDField(default=uuid7, unique=True)
    kind = models.CharField(max_length=32)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="calls")
    refund = models.ForeignKey(Refund, models.PROTECT, null=True, related_name="calls")
    parameters = models.JSONField()
    generation = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=16, choices=CallState, default=CallState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField()
    first_sent_at = models.DateTimeField(null=True, help_text="Under this generation.")
    next_attempt_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=500, blank=True)
    stripe_object = models.CharField(max_length=255, blank=True)

    class Meta:
        db_table = "payments_stripe_call"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", next_attempt_at__isnull=False, ended_at__isnull=True)
                | (
                    Q(state__in=["done", "refused"])
                    & Q(next_attempt_at__isnull=True, ended_at__isnull=False)
                ),
                name="stripe_call_waiting_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state="waiting"),
                name="stripe_call_waiting",
            ),
        ]


class EventState(models.TextChoices):
    """Where an event is; one of a type that nobody handles is kept."""

    WAITING = "waiting"
    HANDLED = "handled"
    KEPT = "kept"


class StripeEvent(models.Model):
    """What Stripe told, stored before anything is done about it; its id makes it happen once."""

    event = models.CharField(max_length=255, unique=True)
    type = models.CharField(max_length=100)
    object_type = models.CharField(max_length=100, blank=True)
    object_id = models.CharField(max_length=255, blank=True)
    payload = models.JSONField()
    created_at = models.DateTimeField(help_text="By Stripe's clock.")
    received_at = models.DateTimeField()
    state = models.CharField(max_length=16, choices=EventState, default=EventState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    handled_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=500, blank=True)

    class Meta:
        db_table = "payments_stripe_event"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", next_attempt_at__isnull=False, handled_at__isnull=True)
                | (
                    Q(state__in=["handled", "kept"])
                    & Q(next_attempt_at__isnull=True, handled_at__isnull=False)
                ),
                name="stripe_event_waiting_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state="waiting"),
                name="stripe_event_waiting",
            ),
            models.Index(fields=["object_id"], name="stripe_event_object"),
        ]
