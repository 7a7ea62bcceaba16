"""What is sold, where, and at which price: centres, clusters, meters, price lists."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    DateTimeRangeField,
    IntegerRangeField,
    RangeOperators,
)
from django.db import models
from django.db.models.functions import Coalesce

from kernel.identifiers import uuid7
from kernel.worlds import real_world, same_world


class ComputeCentre(models.Model):
    """A place that runs clusters; the operator sells its card time and issues the bills."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    code = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    owner = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    operator = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")

    class Meta:
        db_table = "catalogue_compute_centre"
        constraints = [
            models.CheckConstraint(
                name="centre_of_one_world", condition=same_world("id", "owner", "operator")
            ),
        ]


class CardType(models.Model):
    """A kind of accelerator card (or, for CPU clusters, the core)."""

    code = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    vendor = models.CharField(max_length=100, blank=True)
    memory_gib = models.PositiveIntegerField(null=True)
    is_domestic = models.BooleanField(default=False)
    tflops_fp16 = models.PositiveIntegerField(null=True)

    class Meta:
        db_table = "catalogue_card_type"


class Meter(models.Model):
    """What is counted. Card time of two meters is never added up or exchanged."""

    code = models.CharField(max_length=64, unique=True)
    card_type = models.OneToOneField(CardType, models.PROTECT, related_name="meter")

    class Meta:
        db_table = "catalogue_meter"

    @property
    def unit(self) -> str:
        return f"CT:{self.code}"


class Cluster(models.Model):
    """A pool of cards under one scheduler."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    centre = models.ForeignKey(ComputeCentre, models.PROTECT, related_name="clusters")
    code = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    milli_cards = models.BigIntegerField(null=True, help_text="capacity; unset when unknown")

    class Meta:
        db_table = "catalogue_cluster"
        constraints = [
            models.CheckConstraint(
                name="cluster_of_one_world", condition=same_world("id", "centre")
            ),
        ]


class PriceList(models.Model):
    """A set of prices for everybody, for a customer class, or for one tenant's contract.

    Resolution at an instant: contract before class before default; inside a list the price of the
    cluster before the general one, the price of a time band before the all-day one, and the newest
    correction of a price before the price that it corrects.
    """

    class Kind(models.TextChoices):
        DEFAULT = "default"
        CUSTOMER_CLASS = "class"
        CONTRACT = "contract"

    code = models.SlugField(max_length=64, unique=True)
    kind = models.CharField(max_length=16, choices=Kind)
    customer_class = models.CharField(max_length=64, blank=True)
    tenant = models.ForeignKey("accounts.Organisation", models.PROTECT, null=True, related_name="+")
    issuer = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    tax_included = models.BooleanField(default=True)

    class Meta:
        db_table = "catalogue_price_list"
        constraints = [
            models.CheckConstraint(
                name="price_list_audience_matches_kind",
                condition=(
                    models.Q(kind="default", tenant=None, customer_class="")
                    | (models.Q(kind="class", tenant=None) & ~models.Q(customer_class=""))
                    | models.Q(kind="contract", tenant__isnull=False, customer_class="")
                ),
            ),
            models.CheckConstraint(
                name="price_list_of_one_world", condition=same_world("id", "issuer", "tenant")
            ),
            models.CheckConstraint(
                name="price_list_of_a_sandbox_is_its_own",
                condition=models.Q(issuer__gt=0)
                | models.Q(tenant__isnull=False, tenant=models.F("issuer")),
            ),
        ]


class CustomerClassAssignment(models.Model):
    """The tenant belongs to a customer class (such as 普惠, the SME class) for a period."""

    tenant = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    customer_class = models.CharField(max_length=64)
    valid = DateTimeRangeField()

    class Meta:
        db_table = "catalogue_customer_class_assignment"
        constraints = [
            ExclusionConstraint(
                name="customer_class_one_at_a_time",
                expressions=[
                    ("tenant", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
        ]


class TimeBand(models.Model):
    """A daily window (local to the billing time zone) in which a list's band prices hold."""

    price_list = models.ForeignKey(PriceList, models.PROTECT, related_name="bands")
    code = models.SlugField(max_length=32)
    starts_minute = models.PositiveSmallIntegerField()
    ends_minute = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "catalogue_time_band"
        constraints = [
            models.UniqueConstraint(fields=["price_list", "code"], name="time_band_unique"),
            models.CheckConstraint(
                name="time_band_within_a_day",
                condition=models.Q(
                    starts_minute__lt=models.F("ends_minute"), ends_minute__lte=1440
                ),
            ),
            ExclusionConstraint(
                name="time_band_never_overlaps",
                expressions=[
                    ("price_list", RangeOperators.EQUAL),
                    (
                        models.Func(
                            "starts_minute",
                            "ends_minute",
                            function="int4range",
                            output_field=IntegerRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]


class Price(models.Model):
    """One price of a meter, effective for a half-open range of time.

    `unit_price_micro` is micro-yuan per card-hour, with its tax; a list that states prices without
    tax has what it states in `before_tax_micro`. A used price is never edited; a mistake is
    mended by a price with the next `correction_no` for the same key and a rerate.
    """

    class Kind(models.TextChoices):
        UNIT = "unit"
        GRADUATED = "graduated"
        ROYALTY = "royalty"

    price_list = models.ForeignKey(PriceList, models.PROTECT, related_name="prices")
    meter = models.ForeignKey(Meter, models.PROTECT, related_name="prices")
    cluster = models.ForeignKey(Cluster, models.PROTECT, null=True, related_name="+")
    band = models.SlugField(max_length=32, default="all")
    correction_no = models.PositiveSmallIntegerField(default=0)
    valid = DateTimeRangeField()
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.UNIT)
    unit_price_micro = models.BigIntegerField(null=True)
    before_tax_micro = models.BigIntegerField(null=True)
    tax_class = models.CharField(max_length=32, default="vat_6")
    payee = models.ForeignKey("accounts.Organisation", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "catalogue_price"
        constraints = [
            ExclusionConstraint(
                name="price_never_overlaps_in_its_key",
                expressions=[
                    ("price_list", RangeOperators.EQUAL),
                    ("meter", RangeOperators.EQUAL),
                    (Coalesce("cluster", 0), RangeOperators.EQUAL),
                    ("band", RangeOperators.EQUAL),
                    ("correction_no", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                condition=~models.Q(kind="royalty"),
            ),
            models.CheckConstraint(
                name="price_amount_matches_kind",
                condition=(
                    models.Q(kind="graduated", unit_price_micro=None)
                    | (
                        ~models.Q(kind="graduated")
                        & models.Q(unit_price_micro__isnull=False, unit_price_micro__gte=0)
                    )
                ),
            ),
            models.CheckConstraint(
                name="price_valid_has_a_start",
                condition=models.Q(valid__startswith__isnull=False, valid__isempty=False),
            ),
            models.CheckConstraint(
                name="price_of_one_world",
                condition=same_world("id", "price_list", "cluster", "payee"),
            ),
        ]


class PriceTier(models.Model):
    """A graduated price's step: quantity of the month beyond `from_quantity` costs this much."""

    price = models.ForeignKey(Price, models.PROTECT, related_name="tiers")
    from_quantity = models.BigIntegerField()
    unit_price_micro = models.BigIntegerField()
    before_tax_micro = models.BigIntegerField(null=True)

    class Meta:
        db_table = "catalogue_price_tier"
        constraints = [
            models.UniqueConstraint(fields=["price", "from_quantity"], name="price_tier_unique"),
            models.CheckConstraint(
                name="price_tier_not_negative",
                condition=models.Q(from_quantity__gte=0, unit_price_micro__gte=0),
            ),
        ]


class PriceDraft(models.Model):
    """A price that somebody proposes. It is never edited: a change is the next draft.

    So whoever names a draft names what he has seen of it.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    price_list = models.ForeignKey(PriceList, models.PROTECT, related_name="+")
    meter = models.ForeignKey(Meter, models.PROTECT, related_name="+")
    cluster = models.ForeignKey(Cluster, models.PROTECT, null=True, related_name="+")
    band = models.SlugField(max_length=32, default="all")
    valid_from = models.DateTimeField()
    unit_price_micro = models.BigIntegerField(help_text="micro-yuan per card-hour, tax within")
    before_tax_micro = models.BigIntegerField(null=True, help_text="if the list states that")
    reason = models.TextField()
    maker = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    effect_month = models.DateField(help_text="the month whose use its effect is reckoned on")

    class Meta:
        db_table = "catalogue_price_draft"
        constraints = [
            models.UniqueConstraint(fields=["id", "maker"], name="price_draft_maker"),
            models.CheckConstraint(
                name="price_draft_not_negative", condition=models.Q(unit_price_micro__gte=0)
            ),
            models.CheckConstraint(
                name="price_draft_holds_later",
                condition=models.Q(valid_from__gt=models.F("made_at")),
            ),
            models.CheckConstraint(
                name="price_draft_of_no_sandbox", condition=real_world("price_list", "cluster")
            ),
        ]


class PriceDraftDecision(models.Model):
    """What became of a draft, once: approved by somebody else, refused, or replaced.

    `maker_id` is copied from the draft by a composite foreign key, so that four eyes are a CHECK.
    """

    class Decision(models.TextChoices):
        APPROVED = "approved"
        REFUSED = "refused"
        REPLACED = "replaced"

    draft = models.OneToOneField(
        PriceDraft, models.PROTECT, primary_key=True, related_name="decision"
    )
    maker_id = models.BigIntegerField()
    decision = models.CharField(max_length=16, choices=Decision)
    decider = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    price = models.OneToOneField(Price, models.PROTECT, null=True, related_name="+")
    replaced_by = models.OneToOneField(
        PriceDraft, models.PROTECT, null=True, related_name="replaces"
    )

    class Meta:
        db_table = "catalogue_price_draft_decision"
        constraints = [
            models.CheckConstraint(
                name="price_draft_four_eyes",
                condition=~models.Q(decision="approved") | ~models.Q(decider=models.F("maker_id")),
            ),
            models.CheckConstraint(
                name="price_draft_decision_has_its_object",
                condition=models.Q(decision="approved", price__isnull=False, replaced_by=None)
                | models.Q(decision="refused", price=None, replaced_by=None)
                | models.Q(decision="replaced", price=None, replaced_by__isnull=False),
            ),
        ]
