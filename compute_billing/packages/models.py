"""Packages (月租, 年包): offers, the capacity they are sold from, and orders with their changes."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models

from compute_billing.catalogue.models import Cluster, Meter
from kernel.identifiers import uuid7
from kernel.worlds import same_world


class OfferTerms(models.Model):
    """What an offer says; a proposal and the offer that it became say the same."""

    class TermKind(models.TextChoices):
        MONTH = "month"
        YEAR = "year"

    cluster = models.ForeignKey(Cluster, models.PROTECT, related_name="+")
    meter = models.ForeignKey(Meter, models.PROTECT, related_name="+")
    term_kind = models.CharField(max_length=8, choices=TermKind)
    price_micro = models.BigIntegerField(help_text="micro-yuan per card and month, in whole fen")
    cards_min = models.PositiveIntegerField()
    tax_class = models.CharField(max_length=32)
    fee_ppm = models.PositiveIntegerField(help_text="kept of what is given back before the end")

    class Meta:
        abstract = True


class PackageOfferDraft(OfferTerms):
    """An offer that somebody proposes; it is never edited."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    valid_from = models.DateTimeField()
    maker = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        db_table = "packages_offer_draft"
        constraints = [
            models.UniqueConstraint(fields=["id", "maker"], name="package_draft_maker"),
            models.CheckConstraint(
                name="package_draft_terms_make_sense",
                condition=models.Q(price_micro__gt=0, cards_min__gt=0, fee_ppm__lte=1_000_000),
            ),
        ]


class PackageOfferDecision(models.Model):
    """What became of a proposed offer, once; four eyes are a CHECK on the copied-down maker."""

    class Decision(models.TextChoices):
        APPROVED = "approved"
        REFUSED = "refused"

    draft = models.OneToOneField(
        PackageOfferDraft, models.PROTECT, primary_key=True, related_name="decision"
    )
    maker_id = models.BigIntegerField()
    decision = models.CharField(max_length=16, choices=Decision)
    decider = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "packages_offer_decision"
        constraints = [
            models.CheckConstraint(
                name="package_offer_four_eyes",
                condition=~models.Q(decision="approved") | ~models.Q(decider=models.F("maker_id")),
            ),
        ]


class PackageOffer(OfferTerms):
    """An offer that holds for a range of time; what was sold keeps the price it was sold at."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    draft = models.OneToOneField(PackageOfferDraft, models.PROTECT, related_name="offer")
    valid = DateTimeRangeField()

    class Meta:
        db_table = "packages_offer"
        constraints = [
            ExclusionConstraint(
                name="package_offer_never_overlaps",
                expressions=[
                    ("cluster", RangeOperators.EQUAL),
                    ("meter", RangeOperators.EQUAL),
                    ("term_kind", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                name="package_offer_terms_make_sense",
                condition=models.Q(
                    price_micro__gt=0,
                    cards_min__gt=0,
                    fee_ppm__lte=1_000_000,
                    valid__startswith__isnull=False,
                    valid__isempty=False,
                ),
            ),
        ]


class CapacityDay(models.Model):
    """How many cards of a cluster are sold as packages on a day, and how many may be.

    The row is the lock and its CHECK the judge: no race sells a card twice.
    """

    cluster = models.ForeignKey("Cluster", models.PROTECT, related_name="+")
    meter = models.ForeignKey("Meter", models.PROTECT, related_name="+")
    day = models.DateField()
    sellable = models.PositiveIntegerField()
    sold = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "packages_capacity_day"
        constraints = [
            models.UniqueConstraint(fields=["cluster", "meter", "day"], name="capacity_day_unique"),
            models.CheckConstraint(
                name="capacity_day_never_oversold",
                condition=models.Q(sold__gte=0, sold__lte=models.F("sellable")),
            ),
        ]


class PackageOrder(models.Model):
    """So many cards of a cluster for a tenant, from a day up to, not including, another.

    `cards` and `ends_on` follow its changes, under the tenant's wallet.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    number = models.CharField(max_length=40, unique=True)
    tenant = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    operator = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    cluster = models.ForeignKey("Cluster", models.PROTECT, related_name="+")
    meter = models.ForeignKey("Meter", models.PROTECT, related_name="+")
    account = models.OneToOneField(
        "LedgerAccount", models.PROTECT, related_name="+", help_text="money not yet earned"
    )
    cards = models.PositiveIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    ended_early = models.BooleanField(default=False)
    ordered_at = models.DateTimeField()
    reminded_days = models.PositiveSmallIntegerField(
        null=True, help_text="how many days before the end its people were told last"
    )

    class Meta:
        db_table = "packages_order"
        indexes = [models.Index(fields=["tenant", "-id"], name="package_order_of_tenant")]
        constraints = [
            models.CheckConstraint(
                name="package_order_of_one_world",
                condition=same_world("tenant", "operator", "cluster", "account"),
            ),
            models.CheckConstraint(
                name="package_order_days_in_order",
                condition=models.Q(starts_on__lte=models.F("ends_on"), cards__gt=0),
            ),
            models.CheckConstraint(
                name="package_order_between_two_parties",
                condition=~models.Q(tenant=models.F("operator")),
            ),
        ]


class PackageTerm(models.Model):
    """What was bought at one price: the first term of an order, or a renewal; a contract each."""

    order = models.ForeignKey(PackageOrder, models.PROTECT, related_name="terms")
    term_no = models.PositiveSmallIntegerField()
    offer = models.ForeignKey(PackageOffer, models.PROTECT, related_name="+")
    contract = models.OneToOneField("ComputeContract", models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    months = models.PositiveSmallIntegerField()
    price_micro = models.BigIntegerField()
    tax_class = models.CharField(max_length=32)
    fee_ppm = models.PositiveIntegerField()

    class Meta:
        db_table = "packages_term"
        constraints = [
            models.UniqueConstraint(fields=["order", "term_no"], name="package_term_unique"),
            models.CheckConstraint(
                name="package_term_makes_sense",
                condition=models.Q(
                    starts_on__lt=models.F("ends_on"), months__gt=0, price_micro__gt=0
                ),
            ),
        ]


class PackageChange(models.Model):
    """What one act did to one term: cards more or less from a day up to the term's end.

    `amount_micro` is what the tenant paid, below zero what he got back; `fee_micro` what was kept
    of it. `factor` says how many months were left, in ten-thousandths.
    """

    class Kind(models.TextChoices):
        PURCHASE = "purchase"
        RESIZE = "resize"
        RENEWAL = "renewal"
        END = "end"

    order = models.ForeignKey(PackageOrder, models.PROTECT, related_name="changes")
    term = models.ForeignKey(PackageTerm, models.PROTECT, related_name="+")
    act_no = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=Kind)
    starts_on = models.DateField()
    ends_on = models.DateField()
    cards_before = models.PositiveIntegerField()
    cards_after = models.PositiveIntegerField()
    factor = models.PositiveIntegerField()
    amount_micro = models.BigIntegerField()
    fee_micro = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "packages_change"
        constraints = [
            models.UniqueConstraint(fields=["term", "act_no"], name="package_change_unique"),
            models.CheckConstraint(
                name="package_change_makes_sense",
                condition=models.Q(starts_on__lt=models.F("ends_on"), fee_micro__gte=0)
                & ~models.Q(cards_before=models.F("cards_after"))
                & (
                    models.Q(cards_after__gt=models.F("cards_before"), amount_micro__gte=0)
                    | models.Q(cards_after__lt=models.F("cards_before"), amount_micro__lte=0)
                ),
            ),
        ]


class PackagePiece(models.Model):
    """The card time that a change put into a lot of a natural month, or took out of one."""

    change = models.ForeignKey(PackageChange, models.PROTECT, related_name="pieces")
    month = models.DateField()
    account = models.ForeignKey("LedgerAccount", models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    quantity = models.BigIntegerField(help_text="milli-card-ms; below zero: taken out")

    class Meta:
        db_table = "packages_piece"
        constraints = [
            models.UniqueConstraint(fields=["change", "account"], name="package_piece_unique"),
            models.CheckConstraint(
                name="package_piece_moves_something",
                condition=~models.Q(quantity=0) & models.Q(starts_at__lt=models.F("ends_at")),
            ),
        ]


class PackageRecognition(models.Model):
    """What of an order's money a month has earned; what the months to come are worth waits."""

    order = models.ForeignKey(PackageOrder, models.PROTECT, related_name="recognitions")
    month = models.DateField()
    amount_micro = models.BigIntegerField()
    transaction = models.OneToOneField(
        "LedgerTransaction", models.PROTECT, null=True, related_name="+"
    )
    recognised_at = models.DateTimeField()

    class Meta:
        db_table = "packages_recognition"
        constraints = [
            models.UniqueConstraint(fields=["order", "month"], name="package_recognised_once"),
            models.CheckConstraint(
                name="package_recognition_not_negative",
                condition=models.Q(amount_micro=0, transaction=None)
                | models.Q(amount_micro__gt=0, transaction__isnull=False),
            ),
        ]
