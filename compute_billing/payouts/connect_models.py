"""Tables of the Connect rail: accounts at Stripe, calls, and what is taken back."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from compute_billing.payouts.models import Payee, PayeeEntry, Payout
from kernel.identifiers import uuid7


class ConnectedAccount(models.Model):
    """A payee's account at Stripe. What Stripe says of it stands here as it was last seen.

    Without `stripe_account` Stripe has not made it yet. `wanted` are Stripe's words for what it
    still wants to know, `wanted_by` is when payments stop unless it is given.
    """

    public_id = models.UUIDField(default=uuid7, unique=True)
    payee = models.OneToOneField(Payee, models.PROTECT, related_name="connected")
    country = models.CharField(max_length=2)
    stripe_account = models.CharField(max_length=255, blank=True)
    details_submitted = models.BooleanField(default=False)
    transfers_enabled = models.BooleanField(default=False)
    charges_enabled = models.BooleanField(default=False)
    payouts_enabled = models.BooleanField(default=False)
    disabled_reason = models.CharField(max_length=100, blank=True)
    wanted = models.JSONField(default=list)
    wanted_by = models.DateTimeField(null=True)
    failure = models.CharField(max_length=500, blank=True, help_text="Why Stripe made none.")
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    observed_at = models.DateTimeField(null=True)
    look_again_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payouts_connected_account"
        constraints = [
            models.UniqueConstraint(
                fields=["stripe_account"],
                condition=~Q(stripe_account=""),
                name="connected_account_of_one_payee",
            ),
            models.CheckConstraint(
                name="connected_account_enabled_is_there",
                condition=~Q(stripe_account="")
                | Q(transfers_enabled=False, payouts_enabled=False, charges_enabled=False),
            ),
        ]


class ReversalState(models.TextChoices):
    """Where a reversal is: it waits for approval, was asked of Stripe, was done, or was not."""

    PROPOSED = "proposed"
    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


class PayoutReversal(models.Model):
    """A payout by Connect is taken back, in whole or in part.

    One that nobody asked for here (somebody made it on Stripe's pages) has `is_foreign`.
    """

    public_id = models.UUIDField(default=uuid7, unique=True)
    payout = models.ForeignKey(Payout, models.PROTECT, related_name="reversals")
    amount_fen = models.BigIntegerField()
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=16, choices=ReversalState)
    is_foreign = models.BooleanField(default=False)
    stripe_reversal = models.CharField(max_length=255, blank=True)
    failure = models.CharField(max_length=500, blank=True)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    entry = models.OneToOneField(
        PayeeEntry, models.PROTECT, null=True, related_name="+", help_text="What booked it."
    )

    class Meta:
        db_table = "payouts_reversal"
        constraints = [
            models.UniqueConstraint(
                fields=["payout"],
                condition=Q(state__in=["proposed", "asked"]),
                name="payout_reversal_one_open",
            ),
            models.UniqueConstraint(
                fields=["stripe_reversal"],
                condition=~Q(stripe_reversal=""),
                name="payout_reversal_taken_once",
            ),
            models.CheckConstraint(name="payout_reversal_positive", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(
                name="payout_reversal_four_eyes",
                condition=Q(is_foreign=True, maker__isnull=True, state="done")
                | Q(is_foreign=False, maker__isnull=False, state__in=["proposed", "refused"])
                | (
                    Q(
                        is_foreign=False,
                        maker__isnull=False,
                        decided_by__isnull=False,
                        decided_at__isnull=False,
                        state__in=["asked", "done", "failed"],
                    )
                    & ~Q(decided_by=F("maker"))
                ),
            ),
            models.CheckConstraint(
                name="payout_reversal_done_is_known",
                condition=Q(state="done", ended_at__isnull=False, entry__isnull=False)
                & ~Q(stripe_reversal="")
                | Q(state__in=["refused", "failed"], ended_at__isnull=False, entry__isnull=True)
                | Q(
                    state__in=["proposed", "asked"],
                    ended_at__isnull=True,
                    entry__isnull=True,
                    stripe_reversal="",
                ),
            ),
        ]


class ConnectKind(models.TextChoices):
    """What Stripe is asked to do for a payee."""

    ACCOUNT = "account"
    TRANSFER = "transfer"
    REVERSAL = "reversal"


class ConnectCall(models.Model):
    """What Stripe is asked for a payee, written before it is asked (as `payments.StripeCall`)."""

    public_id = models.UUIDField(default=uuid7, unique=True)
    kind = models.CharField(max_length=16, choices=ConnectKind)
    connected = models.ForeignKey(ConnectedAccount, models.PROTECT, related_name="calls")
    payout = models.ForeignKey(Payout, models.PROTECT, null=True, related_name="calls")
    reversal = models.ForeignKey(PayoutReversal, models.PROTECT, null=True, related_name="calls")
    parameters = models.JSONField()
    generation = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=16, default="waiting")
    attempts = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField()
    first_sent_at = models.DateTimeField(null=True, help_text="Under this generation.")
    next_attempt_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=500, blank=True)
    stripe_object = models.CharField(max_length=255, blank=True)

    class Meta:
        db_table = "payouts_connect_call"
        constraints = [
            models.CheckConstraint(
                name="connect_call_about_one_thing",
                condition=Q(kind="account", payout__isnull=True, reversal__isnull=True)
                | Q(kind="transfer", payout__isnull=False, reversal__isnull=True)
                | Q(kind="reversal", payout__isnull=False, reversal__isnull=False),
            ),
            models.CheckConstraint(
                name="connect_call_waiting_has_time",
                condition=Q(state="waiting", next_attempt_at__isnull=False, ended_at__isnull=True)
                | Q(
                    state__in=["done", "refused"],
                    next_attempt_at__isnull=True,
                    ended_at__isnull=False,
                ),
            ),
            models.UniqueConstraint(
                fields=["payout"],
                condition=Q(kind="transfer"),
                name="connect_call_transfers_once",
            ),
            models.UniqueConstraint(
                fields=["reversal"],
                condition=Q(reversal__isnull=False),
                name="connect_call_reverses_once",
            ),
            models.UniqueConstraint(
                fields=["connected"],
                condition=Q(kind="account", state__in=["waiting", "done"]),
                name="connect_call_opens_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state="waiting"),
                name="connect_call_waiting",
            ),
        ]


class OnwardState(models.TextChoices):
    """What became of money that left a payee's account at Stripe for its own bank."""

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"


class OnwardPayout(models.Model):
    """Stripe pays a connected account's balance out to the payee's bank: noted, not booked.

    The money was the payee's when it was transferred; this says where it is now.
    """

    connected = models.ForeignKey(ConnectedAccount, models.PROTECT, related_name="onward")
    stripe_payout = models.CharField(max_length=255, unique=True)
    amount = models.BigIntegerField(help_text="In the smallest unit of its currency.")
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=16, choices=OnwardState)
    failure = models.CharField(max_length=200, blank=True)
    arrives_at = models.DateTimeField(null=True)
    observed_at = models.DateTimeField()

    class Meta:
        db_table = "payouts_onward"
