"""Money out to payees: terms, what each earned, where he is paid, runs and what became of each."""

from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kernel.identifiers import uuid7
from kernel.worlds import real_world

NUMBER_PREFIX: Final = "SJP"


class Payee(models.Model):
    """Somebody who is paid; his row is the mutex of all that concerns his money.

    Postings up to `seen_to` were looked at long enough ago that none of them can still appear.
    """

    organisation = models.OneToOneField(
        "accounts.Organisation", models.PROTECT, primary_key=True, related_name="+"
    )
    sequence = models.BigIntegerField(default=0)
    seen_to = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()

    class Meta:
        db_table = "payouts_payee"
        constraints = [
            models.CheckConstraint(
                name="payee_of_no_sandbox", condition=real_world("organisation")
            ),
        ]


class Rail(models.TextChoices):
    """By what a payee is paid: a file that a bank takes, or a transfer at Stripe."""

    BANK = "bank"
    CONNECT = "connect"


class PayoutAccount(models.Model):
    """An account to pay to: proposed by the payee, approved by the house, then waited for.

    On the Connect rail `number` is Stripe's name for the payee's connected account.
    """

    public_id = models.UUIDField(default=uuid7, unique=True)
    payee = models.ForeignKey(Payee, models.PROTECT, related_name="accounts")
    rail = models.CharField(max_length=16, choices=Rail, default=Rail.BANK)
    bank = models.CharField(max_length=100)
    branch_code = models.CharField(max_length=12)
    holder = models.CharField(max_length=200)
    number = models.CharField(max_length=255)
    reason = models.CharField(max_length=500)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    effective_at = models.DateTimeField(null=True, help_text="None while undecided, or refused.")
    # Stopped by one person between its approval and its use.
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payouts_account"
        constraints = [
            models.CheckConstraint(
                name="payout_account_withdrawn_before_use",
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_by__isnull=False, withdrawn_at__lt=F("effective_at")),
            ),
            models.UniqueConstraint(
                fields=["payee"],
                condition=Q(decided_at__isnull=True),
                name="payout_account_one_open",
            ),
            models.CheckConstraint(
                name="payout_account_fits_its_rail",
                condition=Q(rail="bank") & ~Q(branch_code="")
                | Q(rail="connect", branch_code="", number__startswith="acct_"),
            ),
            models.CheckConstraint(
                name="payout_account_four_eyes",
                condition=Q(effective_at__isnull=True)
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("maker"))),
            ),
            models.CheckConstraint(
                name="payout_account_decided_by_somebody",
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, effective_at=None)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
            ),
        ]

    @property
    def last_four(self) -> str:
        """Return the end of the number: enough to know it by."""
        return self.number[-4:]

    def is_used(self, now: datetime) -> bool:
        """Say whether it was approved, never stopped, and its time has come.

        The newest such account of a payee is the one that it is paid to.
        """
        return (
            self.effective_at is not None and self.effective_at <= now and self.withdrawn_at is None
        )

    def is_awaited(self, now: datetime) -> bool:
        """Say whether it is approved and not yet used, so that it can still be stopped."""
        return (
            self.effective_at is not None and self.effective_at > now and self.withdrawn_at is None
        )


class RunState(models.TextChoices):
    """Where a run is."""

    MAKING = "making"
    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    FINISHED = "finished"


class PayoutRun(models.Model):
    """What one person proposes to pay out of one custody, and another lets go."""

    public_id = models.UUIDField(default=uuid7, unique=True)
    custody = models.CharField(max_length=100)
    state = models.CharField(max_length=16, choices=RunState, default=RunState.MAKING)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    file_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "payouts_run"
        constraints = [
            # What the bank's answers copy down.
            models.UniqueConstraint(fields=["id", "maker"], name="payout_run_and_its_maker"),
            models.CheckConstraint(
                name="payout_run_four_eyes",
                condition=~Q(state__in=["approved", "finished"])
                | (
                    Q(decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decided_by=F("maker"))
                    & ~Q(file_sha256="")
                ),
            ),
        ]


class PayoutState(models.TextChoices):
    """Where a payout is: set aside, in the file, arrived, or back with the payee's money."""

    HELD = "held"
    SENT = "sent"
    PAID = "paid"
    RETURNED = "returned"


class Payout(models.Model):
    """What a payee is paid by one run. `through_sequence` is the entry that took it out."""

    public_id = models.UUIDField(default=uuid7, unique=True)
    run = models.ForeignKey(PayoutRun, models.PROTECT, related_name="payouts")
    payee = models.ForeignKey(Payee, models.PROTECT, related_name="payouts")
    account = models.ForeignKey(PayoutAccount, models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    through_sequence = models.BigIntegerField()
    state = models.CharField(max_length=16, choices=PayoutState, default=PayoutState.HELD)
    failure = models.CharField(max_length=200, blank=True)
    bank_reference = models.CharField(max_length=100, blank=True)
    stripe_transfer = models.CharField(max_length=255, blank=True)
    reversed_fen = models.BigIntegerField(default=0, help_text="Taken back of a transfer.")
    held_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payouts_payout"
        constraints = [
            models.UniqueConstraint(fields=["run", "payee"], name="payout_once_per_run"),
            models.UniqueConstraint(
                fields=["payee", "through_sequence"], name="payout_ends_one_statement"
            ),
            models.CheckConstraint(name="payout_positive", condition=Q(amount_fen__gt=0)),
            models.UniqueConstraint(
                fields=["stripe_transfer"],
                condition=~Q(stripe_transfer=""),
                name="payout_transferred_once",
            ),
            models.CheckConstraint(
                name="payout_reversed_within_itself",
                condition=Q(reversed_fen=0)
                | Q(state="paid", reversed_fen__gt=0, reversed_fen__lte=F("amount_fen"))
                & ~Q(stripe_transfer=""),
            ),
            models.CheckConstraint(
                name="payout_ended_at",
                condition=Q(state__in=["held", "sent"], ended_at__isnull=True)
                | Q(state__in=["paid", "returned"], ended_at__isnull=False),
            ),
        ]

    @property
    def number(self) -> str:
        """Return what the bank is told and writes into its statements."""
        return f"{NUMBER_PREFIX}{self.pk:08d}"


class EntryKind(models.TextChoices):
    """What happened to a payee's money."""

    EARNED = "earned"
    RELEASED = "released"
    HELD = "held"
    PAID = "paid"
    RETURNED = "returned"
    BOUNCED = "bounced"
    REVERSED = "reversed"


class PayeeEntry(models.Model):
    """A step of a payee's money, in micro-yuan, and how it stood afterwards.

    `earned` is before commission and its tax. `debt` is what he owes: it grows when more is taken
    back than is there, and is netted against what he earns next.
    """

    payee = models.ForeignKey(Payee, models.PROTECT, related_name="entries")
    sequence = models.BigIntegerField()
    kind = models.CharField(max_length=16, choices=EntryKind)
    recorded_at = models.DateTimeField()
    transaction = models.OneToOneField(
        "compute_billing.LedgerTransaction", models.PROTECT, null=True, related_name="+"
    )
    payout = models.ForeignKey(Payout, models.PROTECT, null=True, related_name="+")
    earned = models.BigIntegerField(default=0)
    commission = models.BigIntegerField(default=0)
    commission_tax = models.BigIntegerField(default=0)
    payable = models.BigIntegerField(default=0)
    reserve = models.BigIntegerField(default=0)
    transit = models.BigIntegerField(default=0)
    debt = models.BigIntegerField(default=0)
    payable_after = models.BigIntegerField()
    reserve_after = models.BigIntegerField()
    transit_after = models.BigIntegerField()
    debt_after = models.BigIntegerField()

    class Meta:
        db_table = "payouts_entry"
        constraints = [
            models.UniqueConstraint(fields=["payee", "sequence"], name="payee_entry_in_its_place"),
            models.CheckConstraint(
                name="payee_entry_never_below_zero",
                condition=Q(
                    payable_after__gte=0,
                    reserve_after__gte=0,
                    transit_after__gte=0,
                    debt_after__gte=0,
                ),
            ),
            models.CheckConstraint(
                name="payee_entry_adds_up",
                condition=Q(
                    kind__in=["earned", "released", "held", "returned"],
                    payable=F("earned")
                    - F("commission")
                    - F("commission_tax")
                    - F("reserve")
                    - F("transit")
                    + F("debt"),
                )
                | Q(kind="paid", earned=0, payable=0, reserve=0, debt=0, transit__lt=0)
                | Q(
                    kind__in=["bounced", "reversed"],
                    earned=0,
                    reserve=0,
                    transit=0,
                    debt__lte=0,
                    payable__gte=0,
                ),
            ),
            models.CheckConstraint(
                name="payee_entry_names_its_payout",
                condition=Q(kind__in=["earned", "released"], payout__isnull=True)
                | Q(
                    kind__in=["held", "paid", "returned", "bounced", "reversed"],
                    payout__isnull=False,
                ),
            ),
        ]


class PayeeEarning(models.Model):
    """A part of an entry: what one transaction of the books brought or took, and its commission.

    `kind` says where the money crossed over: use, arrears, credit, package, breakage, programme,
    fee, own, other.
    """

    entry = models.ForeignKey(PayeeEntry, models.PROTECT, related_name="earnings")
    payee = models.ForeignKey(Payee, models.PROTECT, related_name="+")
    origin = models.ForeignKey(
        "compute_billing.LedgerTransaction", models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=16)
    tenant_id = models.BigIntegerField(null=True)
    month = models.DateField()
    cluster = models.ForeignKey(
        "compute_billing.Cluster", models.PROTECT, null=True, related_name="+"
    )
    price = models.ForeignKey("compute_billing.Price", models.PROTECT, null=True, related_name="+")
    terms = models.ForeignKey("compute_billing.PayoutTerms", models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    commission = models.BigIntegerField()
    commission_tax = models.BigIntegerField()

    class Meta:
        db_table = "payouts_earning"
        constraints = [
            models.UniqueConstraint(
                fields=["payee", "origin", "kind", "tenant_id", "month", "cluster", "price"],
                name="payee_earning_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="payee_earning_moves_something", condition=~Q(amount=0)),
            models.CheckConstraint(
                name="payee_earning_of_no_sandbox",
                condition=real_world("payee", "tenant_id", "cluster", "price"),
            ),
        ]


class PayeeReserve(models.Model):
    """A part of an entry that is held back until its day."""

    entry = models.OneToOneField(
        PayeeEntry, models.PROTECT, primary_key=True, related_name="kept_back"
    )
    payee = models.ForeignKey(Payee, models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    release_at = models.DateTimeField()
    released_by = models.ForeignKey(PayeeEntry, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "payouts_reserve"
        indexes = [
            models.Index(
                fields=["payee", "release_at"],
                name="payee_reserve_due",
                condition=Q(released_by__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(name="payee_reserve_positive", condition=Q(amount__gt=0)),
        ]
