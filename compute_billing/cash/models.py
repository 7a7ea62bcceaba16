"""Tables of reconciliation: what the keepers of our money say beside what the books say."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kernel.identifiers import uuid7
from kernel.worlds import real_world


class Keeper(models.TextChoices):
    """Who keeps the money and tells of it."""

    STRIPE = "stripe"
    BANK = "bank"


class CashAccount(models.Model):
    """A place where money lies: the `custody` of cash accounts in the books, of all operators.

    Its row is the mutex of its days. `reconciled_to` is the last day that was reconciled.
    """

    public_id = models.UUIDField(default=uuid7, unique=True)
    custody = models.CharField(max_length=200, unique=True)
    keeper = models.CharField(max_length=16, choices=Keeper)
    opened_at = models.DateTimeField()
    reconciled_to = models.DateField(null=True)

    class Meta:
        db_table = "cash_account"


class CashEntry(models.Model):
    """A balance transaction of Stripe as it was fetched. Fen; the fee is not in the amount."""

    account = models.ForeignKey(CashAccount, models.PROTECT, related_name="entries")
    told_id = models.CharField(max_length=255, unique=True)
    type = models.CharField(max_length=64)
    source = models.CharField(max_length=255, blank=True)
    amount_fen = models.BigIntegerField()
    fee_fen = models.BigIntegerField()
    told_at = models.DateTimeField(help_text="By Stripe's clock.")
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "cash_entry"
        indexes = [models.Index(fields=["account", "told_at"], name="cash_entry_by_time")]


class Side(models.TextChoices):
    """Who says that money moved: its keeper, the books, or a person's decision.

    `aside` is money at the bank that is no tenant's; `paired` moves between keys of one account
    what an officer found to be the same, and sums to nothing.
    """

    TOLD = "told"
    BOOKED = "booked"
    ASIDE = "aside"
    PAIRED = "paired"


class CashItem(models.Model):
    """A movement as one side tells it: fen that came in, or negative, went out.

    Items of one `key` are about one movement: what their sums differ by is a difference.
    """

    account = models.ForeignKey(CashAccount, models.PROTECT, related_name="items")
    side = models.CharField(max_length=16, choices=Side)
    reference = models.CharField(max_length=300)
    key = models.CharField(max_length=300)
    day = models.DateField()
    amount_fen = models.BigIntegerField()
    taken_up_at = models.DateTimeField()

    class Meta:
        db_table = "cash_item"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "side", "reference"], name="cash_item_taken_up_once"
            ),
            models.CheckConstraint(condition=~Q(amount_fen=0), name="cash_item_moves_something"),
            models.CheckConstraint(
                condition=Q(side__in=Side.values), name="cash_item_of_a_known_side"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "key"], name="cash_item_by_key"),
            models.Index(fields=["account", "day"], name="cash_item_by_day"),
        ]


class CashDay(models.Model):
    """A day of an account, as each side tells it. Its closing is its opening and its moves."""

    account = models.ForeignKey(CashAccount, models.PROTECT, related_name="days")
    day = models.DateField()
    told_opening_fen = models.BigIntegerField()
    told_moves_fen = models.BigIntegerField()
    booked_opening_fen = models.BigIntegerField()
    booked_moves_fen = models.BigIntegerField()
    aside_opening_fen = models.BigIntegerField()
    aside_moves_fen = models.BigIntegerField()
    reconciled_at = models.DateTimeField()

    class Meta:
        db_table = "cash_day"
        constraints = [
            models.UniqueConstraint(fields=["account", "day"], name="cash_day_once"),
        ]

    @property
    def told_closing_fen(self) -> int:
        """Return what the keeper has at the end of the day."""
        return self.told_opening_fen + self.told_moves_fen

    @property
    def booked_closing_fen(self) -> int:
        """Return what the books have at the end of the day."""
        return self.booked_opening_fen + self.booked_moves_fen

    @property
    def aside_closing_fen(self) -> int:
        """Return what lies there and is no tenant's."""
        return self.aside_opening_fen + self.aside_moves_fen

    @property
    def gap_fen(self) -> int:
        """Return what the keeper has more than anybody here explains."""
        return self.told_closing_fen - self.booked_closing_fen - self.aside_closing_fen


class DifferenceKind(models.TextChoices):
    """What is wrong."""

    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    AMOUNT_DIFFERS = "amount_differs"
    FEE_NOT_BOOKED = "fee_not_booked"
    LATE = "late"


class Ending(models.TextChoices):
    """How a difference ended: its other half came, an officer paired it, or two had it booked."""

    FOUND = "found"
    PAIRED = "paired"
    BOOKED = "booked"


class CashDifference(models.Model):
    """A movement on which the sides do not agree, from a day up to another, which is outside.

    `amount_fen` is what the keeper has more than the books. A difference is never deleted.
    """

    public_id = models.UUIDField(default=uuid7, unique=True)
    account = models.ForeignKey(CashAccount, models.PROTECT, related_name="differences")
    key = models.CharField(max_length=300)
    kind = models.CharField(max_length=16, choices=DifferenceKind)
    told_reference = models.CharField(max_length=300, blank=True)
    booked_reference = models.CharField(max_length=300, blank=True)
    amount_fen = models.BigIntegerField()
    first_day = models.DateField()
    last_day = models.DateField(null=True, help_text="From this day on the sides agree.")
    first_seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=16, choices=Ending, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        db_table = "cash_difference"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "key"],
                condition=Q(ended_at__isnull=True),
                name="cash_difference_open_once",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, last_day__isnull=True, ending="")
                | Q(ended_at__isnull=False, last_day__gte=F("first_day"), ending__in=Ending.values),
                name="cash_difference_ends_somehow",
            ),
            models.CheckConstraint(
                condition=~Q(ending__in=["paired", "booked"])
                | (Q(ended_by__isnull=False) & ~Q(reason="")),
                name="cash_difference_ended_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=DifferenceKind.values), name="cash_difference_of_a_known_kind"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "first_day"], name="cash_difference_by_day"),
            models.Index(fields=["-id"], name="cash_difference_newest"),
        ]


class Counter(models.TextChoices):
    """Where money that only the keeper told of came from or went to."""

    FEE = "fee"
    OWN = "own"
    TRANSFER = "transfer"


class CashProposal(models.Model):
    """What one officer would book for a difference; another approves or refuses it.

    A transfer goes to or comes from another account: it ends `other`, a difference there, too.
    """

    public_id = models.UUIDField(default=uuid7, unique=True)
    difference = models.ForeignKey(CashDifference, models.PROTECT, related_name="proposals")
    other = models.ForeignKey(CashDifference, models.PROTECT, null=True, related_name="+")
    counter = models.CharField(max_length=16, choices=Counter)
    operator = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    reason = models.CharField(max_length=500)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)
    is_approved = models.BooleanField(default=False)

    class Meta:
        db_table = "cash_proposal"
        constraints = [
            models.UniqueConstraint(
                fields=["difference"],
                condition=Q(closed_at__isnull=True),
                name="cash_proposal_one_open",
            ),
            models.CheckConstraint(
                condition=Q(is_approved=False)
                | (Q(closed_by__isnull=False) & ~Q(closed_by=F("maker"))),
                name="cash_proposal_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(counter="transfer", other__isnull=False)
                | (~Q(counter="transfer") & Q(other__isnull=True)),
                name="cash_proposal_transfers_between_two",
            ),
            models.CheckConstraint(
                condition=real_world("operator"), name="cash_proposal_of_no_sandbox"
            ),
        ]
