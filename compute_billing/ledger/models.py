"""The books: accounts, transactions of postings, live balances, lots and holds.

A posting moves a positive amount from one account to another of the same unit, so the books are
balanced by construction; a balance is what came in minus what went out.
"""

from typing import Final

from django.db import models

from kernel.identifiers import uuid7
from kernel.worlds import same_world

CNY = "CNY"
# Money paid for licences. It is of a unit of its own, so no posting takes it to or from a wallet.
LICENCE_CNY = "CNY:licence"
LICENCE_KINDS = ("licence_custody", "licence_owed")


class LedgerAccount(models.Model):
    """A place where value lies. `unit` is CNY (micro-yuan) or CT:<meter> (milli-card-ms).

    `subject` of cash says where the money lies; that paid for licences is in `LICENCE_CNY`.
    """

    class OwnerKind(models.TextChoices):
        TENANT = "tenant"
        OPERATOR = "operator"
        PROGRAMME = "programme"

    class Kind(models.TextChoices):
        PAID = "paid"
        PROMOTION = "promotion"
        IN_KIND = "in_kind"
        CREDIT = "credit"
        ARREARS = "arrears"
        FUND = "fund"
        AWARD = "award"
        APPROPRIATION = "appropriation"
        CASH = "cash"
        COMPUTE_REVENUE = "compute_revenue"
        PROMOTION_COST = "promotion_cost"
        CARD_TIME_GRANTED = "card_time_granted"
        CARD_TIME_USED = "card_time_used"
        BREAKAGE = "breakage"
        PACKAGE_DEFERRED = "package_deferred"
        PACKAGE_REVENUE = "package_revenue"
        PAYMENT_FEE = "payment_fee"
        OWN_FUNDS = "own_funds"
        PAYEE_EARNED = "payee_earned"
        PAYEE_PAYABLE = "payee_payable"
        PAYEE_RESERVE = "payee_reserve"
        PAYEE_TRANSIT = "payee_transit"
        PAYEE_DEBT = "payee_debt"
        COMMISSION = "commission"
        COMMISSION_TAX = "commission_tax"
        LICENCE_CUSTODY = "licence_custody"
        LICENCE_OWED = "licence_owed"
        REIMBURSEMENT = "reimbursement"

    owner_kind = models.CharField(max_length=16, choices=OwnerKind)
    owner_id = models.BigIntegerField()
    kind = models.CharField(max_length=32, choices=Kind)
    subject = models.CharField(max_length=200, blank=True)
    unit = models.CharField(max_length=80)
    has_floor = models.BooleanField()
    operator = models.ForeignKey(
        "accounts.Organisation",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        help_text="To whom arrears are owed; no other account names one.",
    )

    class Meta:
        db_table = "ledger_account"
        constraints = [
            models.UniqueConstraint(
                fields=["owner_kind", "owner_id", "kind", "subject", "unit", "operator"],
                name="ledger_account_unique",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="ledger_account_arrears_name_their_operator",
                condition=models.Q(kind="arrears", operator__isnull=False)
                | (~models.Q(kind="arrears") & models.Q(operator=None)),
            ),
            models.CheckConstraint(
                name="ledger_account_floor_follows_kind",
                condition=models.Q(
                    has_floor=models.Q(
                        kind__in=[
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
                        ]
                    )
                ),
            ),
            models.CheckConstraint(
                name="ledger_account_licence_money_apart",
                condition=models.Q(kind__in=LICENCE_KINDS, unit=LICENCE_CNY)
                | (~models.Q(kind__in=LICENCE_KINDS) & ~models.Q(unit=LICENCE_CNY)),
            ),
            models.CheckConstraint(
                name="ledger_account_cash_says_where_it_lies",
                condition=models.Q(kind="licence_custody", subject__startswith="licence:")
                | (
                    models.Q(kind="cash")
                    & ~models.Q(subject="")
                    & ~models.Q(subject__startswith="licence:")
                )
                | ~models.Q(kind__in=["cash", "licence_custody"]),
            ),
            models.CheckConstraint(
                name="ledger_account_of_one_world", condition=same_world("id", "owner_id")
            ),
        ]


class LedgerBalance(models.Model):
    """Live balance of a floored account, changed only under its row lock."""

    account = models.OneToOneField(
        LedgerAccount, models.PROTECT, primary_key=True, related_name="balance"
    )
    posted = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    floor = models.BigIntegerField(default=0)
    version = models.BigIntegerField(default=0)

    class Meta:
        db_table = "ledger_balance"
        constraints = [
            models.CheckConstraint(
                name="ledger_balance_held_not_negative", condition=models.Q(held__gte=0)
            ),
            models.CheckConstraint(
                name="ledger_balance_never_below_floor",
                condition=models.Q(posted__gte=models.F("floor") + models.F("held")),
            ),
        ]


class LedgerTransaction(models.Model):
    """A group of postings with one cause; (kind, reference) makes it happen once."""

    kind = models.CharField(max_length=32)
    reference = models.CharField(max_length=200)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    reverses = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        db_table = "ledger_transaction"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "reference"], name="ledger_transaction_happens_once"
            ),
            # Nearly no transaction reverses another: only those that do cost an index entry.
            models.UniqueConstraint(
                fields=["reverses"],
                name="ledger_transaction_reversed_once",
                condition=models.Q(reverses__isnull=False),
            ),
        ]


class LedgerPosting(models.Model):
    """A positive amount moved between two different accounts of one unit."""

    # A trigger asks for transaction and accounts, a statement at a time (ledger_keys.sql).
    transaction = models.ForeignKey(
        LedgerTransaction, models.PROTECT, related_name="postings", db_constraint=False
    )
    source_account = models.ForeignKey(
        LedgerAccount, models.PROTECT, related_name="+", db_constraint=False
    )
    destination_account = models.ForeignKey(
        LedgerAccount, models.PROTECT, related_name="+", db_constraint=False
    )
    unit = models.CharField(max_length=80)
    amount = models.BigIntegerField()

    class Meta:
        db_table = "ledger_posting"
        constraints = [
            models.CheckConstraint(
                name="ledger_posting_amount_positive", condition=models.Q(amount__gt=0)
            ),
            models.CheckConstraint(
                name="ledger_posting_between_two_accounts",
                condition=~models.Q(source_account=models.F("destination_account")),
            ),
            # No money, and no card time, ever leaves a sandbox or comes into one.
            models.CheckConstraint(
                name="ledger_posting_within_one_world",
                condition=same_world("source_account", "destination_account"),
            ),
        ]


NET_DAYS: Final = 30
NET_DAYS_MAX: Final = 180


class Wallet(models.Model):
    """The tenant's way to pay; its row is the tenant's mutex."""

    class Mode(models.TextChoices):
        PREPAID = "prepaid"
        POSTPAID = "postpaid"

    tenant = models.OneToOneField(
        "accounts.Organisation", models.PROTECT, primary_key=True, related_name="+"
    )
    mode = models.CharField(max_length=16, choices=Mode, default=Mode.PREPAID)
    paused_reason = models.CharField(max_length=200, blank=True)
    low_since = models.DateTimeField(null=True, help_text="When its people were warned.")
    low_amount = models.BigIntegerField(
        null=True, help_text="Its people are warned below it, in micro-yuan; unset: by days."
    )
    net_days = models.PositiveSmallIntegerField(
        default=NET_DAYS,
        db_default=NET_DAYS,
        help_text="Days from a bill, or from when use became arrears, until it is due.",
    )

    class Meta:
        db_table = "ledger_wallet"
        constraints = [
            models.CheckConstraint(
                name="wallet_net_days_within_half_a_year",
                condition=models.Q(net_days__lte=NET_DAYS_MAX),
            ),
            models.CheckConstraint(
                name="wallet_low_amount_positive",
                condition=models.Q(low_amount=None) | models.Q(low_amount__gt=0),
            ),
        ]


class CreditLot(models.Model):
    """A quantity of value granted at once, with scope and time of use.

    It is a prepayment to one operator, and buys that operator's compute alone.

    Spending order inside a stage is this table's index: most specific scope, earliest expiry,
    smallest grant, account id; all immutable, so that batches cannot change it.
    """

    class Stage(models.TextChoices):
        IN_KIND = "in_kind"
        PROMOTION = "promotion"
        PAID = "paid"

    account = models.OneToOneField(
        LedgerAccount, models.PROTECT, primary_key=True, related_name="lot"
    )
    tenant = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    operator = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    stage = models.CharField(max_length=16, choices=Stage)
    granted = models.BigIntegerField()
    cluster = models.ForeignKey("Cluster", models.PROTECT, null=True, related_name="+")
    meter = models.ForeignKey("Meter", models.PROTECT, null=True, related_name="+")
    project = models.ForeignKey("Project", models.PROTECT, null=True, related_name="+")
    specificity = models.PositiveSmallIntegerField(default=0)
    starts_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    funded_by = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "ledger_credit_lot"
        indexes = [
            models.Index(
                "tenant",
                "stage",
                models.F("specificity").desc(),
                models.F("expires_at").asc(nulls_last=True),
                "granted",
                "account",
                name="ledger_credit_lot_burn_order",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="credit_lot_granted_positive", condition=models.Q(granted__gt=0)
            ),
            models.CheckConstraint(
                name="credit_lot_in_kind_has_a_meter",
                condition=~models.Q(stage="in_kind") | models.Q(meter__isnull=False),
            ),
            models.CheckConstraint(
                name="credit_lot_of_one_world",
                condition=same_world("account", "tenant", "cluster", "operator"),
            ),
        ]


class Hold(models.Model):
    """Value set aside for a job before and while it runs.

    It covers use of `milli_cards` from `starts_at` up to `covered_until`, worst case. It stays open
    behind that for the usage that still has to arrive, and lets go by itself at `expires_at`.
    """

    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"
        EXPIRED = "expired"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    tenant = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    operator = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    reference = models.CharField(max_length=200)
    cluster = models.ForeignKey("Cluster", models.PROTECT, related_name="+")
    meter = models.ForeignKey("Meter", models.PROTECT, related_name="+")
    project = models.ForeignKey("Project", models.PROTECT, null=True, related_name="+")
    allocation_key = models.CharField(max_length=200)
    milli_cards = models.BigIntegerField()
    starts_at = models.DateTimeField()
    covered_until = models.DateTimeField()
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="When the job ended, as we were told.")
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ledger_hold"
        indexes = [
            models.Index(
                fields=["expires_at"], name="hold_open_by_expiry", condition=models.Q(state="open")
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "reference"], name="hold_happens_once"),
            models.UniqueConstraint(
                fields=["tenant", "cluster", "allocation_key"],
                name="hold_one_open_per_job",
                condition=models.Q(state="open"),
            ),
            models.CheckConstraint(
                name="hold_of_one_world", condition=same_world("tenant", "operator", "cluster")
            ),
            models.CheckConstraint(
                name="hold_covers_a_time",
                condition=models.Q(
                    covered_until__gt=models.F("starts_at"),
                    expires_at__gt=models.F("covered_until"),
                    milli_cards__gt=0,
                ),
            ),
            models.CheckConstraint(
                name="hold_is_open_or_closed_at",
                condition=models.Q(state="open", closed_at=None)
                | (~models.Q(state="open") & models.Q(closed_at__isnull=False)),
            ),
        ]


class HoldPart(models.Model):
    """The part of a hold that lies on one lot."""

    hold = models.ForeignKey(Hold, models.PROTECT, related_name="parts")
    account = models.ForeignKey(LedgerAccount, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    amount = models.BigIntegerField()
    captured = models.BigIntegerField(default=0)
    released = models.BigIntegerField(default=0)

    class Meta:
        db_table = "ledger_hold_part"
        constraints = [
            models.UniqueConstraint(fields=["hold", "account"], name="hold_part_unique"),
            models.CheckConstraint(
                name="hold_part_within_amount",
                condition=models.Q(
                    amount__gt=0,
                    captured__gte=0,
                    released__gte=0,
                    amount__gte=models.F("captured") + models.F("released"),
                ),
            ),
        ]
