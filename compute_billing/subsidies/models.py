"""Public money for compute: programmes, their funds, and the awards granted from them.

An award is funded from its programme's funds when it is approved. How it reaches whom is its mode:
a share of the net price at the point of use, a claim on what was paid, or card time.
"""

from enum import StrEnum

from django.db import models

from compute_billing.subsidies.terms import (
    AwardMode,
    BasisKind,
    ClaimCycle,
    Payee,
    RoundingMode,
    TaxBasis,
)
from kernel.worlds import real_world


def _choices(words: type[StrEnum]) -> list[tuple[str, str]]:
    return [(word.value, word.value) for word in words]


class Programme(models.Model):
    """A published support programme of a public authority."""

    code = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    jurisdiction = models.CharField(max_length=100)
    authority = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")

    class Meta:
        db_table = "subsidies_programme"


class Fund(models.Model):
    """A programme's money of one level and budget year; its account never passes its floor.

    With a meter it is a fund of that meter's card time, which is no money.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="funds")
    level = models.CharField(max_length=32)
    budget_year = models.PositiveSmallIntegerField()
    budget_document_no = models.CharField(max_length=100)
    meter = models.ForeignKey("Meter", models.PROTECT, null=True, related_name="+")
    account = models.OneToOneField("LedgerAccount", models.PROTECT, related_name="fund")

    class Meta:
        db_table = "subsidies_fund"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "level", "budget_year", "meter"],
                name="fund_unique",
                nulls_distinct=False,
            ),
        ]


class Award(models.Model):
    """A tenant's entitlement: `rate_ppm` of its basis until `cap_micro` is used, or card time.

    `terms.py` says what the terms mean. `quantity` is milli-card-ms of an award in kind, which has
    no money. Since `withdrawn_at` the award gives nothing for later use and for no new claim.
    Who made the award, who approved it and whom it benefits are copied here, so that the database
    itself refuses an approver who is also the maker or who belongs to the beneficiary.
    """

    fund = models.ForeignKey(Fund, models.PROTECT, related_name="awards")
    tenant = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    reference = models.CharField(max_length=64, unique=True)
    rate_ppm = models.IntegerField()
    cap_micro = models.BigIntegerField()
    stacking_order = models.PositiveSmallIntegerField(default=1)
    cluster = models.ForeignKey("Cluster", models.PROTECT, null=True, related_name="+")
    meter = models.ForeignKey("Meter", models.PROTECT, null=True, related_name="+")
    account = models.OneToOneField("LedgerAccount", models.PROTECT, related_name="award")
    mode = models.CharField(max_length=24, choices=_choices(AwardMode), default=AwardMode.VOUCHER)
    payee = models.CharField(max_length=16, choices=_choices(Payee), default=Payee.PROVIDER)
    is_share = models.BooleanField(default=True)
    basis_kind = models.CharField(
        max_length=24, choices=_choices(BasisKind), default=BasisKind.METERED_AMOUNT
    )
    tax_basis = models.CharField(
        max_length=16, choices=_choices(TaxBasis), default=TaxBasis.WITH_TAX
    )
    exclusivity_group = models.CharField(max_length=64, default="compute")
    claim_cycle = models.CharField(
        max_length=16, choices=_choices(ClaimCycle), default=ClaimCycle.MONTH
    )
    claim_from = models.DateTimeField(null=True)
    redeem_by = models.DateTimeField(null=True)
    days_counted = models.PositiveIntegerField(default=1)
    days_whole = models.PositiveIntegerField(default=1)
    rounding_unit_micro = models.PositiveIntegerField(default=1)
    rounding_mode = models.CharField(
        max_length=16, choices=_choices(RoundingMode), default=RoundingMode.HALF_UP
    )
    quantity = models.BigIntegerField(default=0)
    withdrawn_at = models.DateTimeField(null=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    maker = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    approver = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    approver_organisation = models.ForeignKey(
        "accounts.Organisation", models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField()

    class Meta:
        db_table = "subsidies_award"
        constraints = [
            models.CheckConstraint(
                name="award_rate_and_cap_in_range",
                condition=models.Q(
                    rate_ppm__gt=0, rate_ppm__lte=1_000_000, cap_micro__gt=0, quantity=0
                )
                & ~models.Q(mode="in_kind")
                | models.Q(mode="in_kind", rate_ppm=0, cap_micro=0, quantity__gt=0),
            ),
            models.CheckConstraint(
                name="award_share_follows_mode",
                condition=models.Q(is_share=True, mode="voucher", payee="provider")
                | models.Q(is_share=True, mode="platform_metered", payee="provider")
                | models.Q(is_share=False, mode="in_kind", payee="nobody")
                | models.Q(
                    is_share=False,
                    mode__in=["claim_then_redeem", "reimbursement", "platform_metered"],
                    payee="tenant",
                ),
            ),
            models.CheckConstraint(
                name="award_days_and_rounding_in_range",
                condition=models.Q(
                    days_counted__gt=0,
                    days_counted__lte=models.F("days_whole"),
                    rounding_unit_micro__gt=0,
                ),
            ),
            models.CheckConstraint(
                name="award_period_in_order", condition=models.Q(starts_at__lt=models.F("ends_at"))
            ),
            models.CheckConstraint(
                name="award_four_eyes",
                condition=~models.Q(maker=models.F("approver"))
                & ~models.Q(approver_organisation=models.F("tenant")),
            ),
            # Public money is real: no sandbox has a share in it.
            models.CheckConstraint(
                name="award_of_no_sandbox",
                condition=real_world("tenant", "account", "cluster", "approver_organisation"),
            ),
        ]


class AwardFund(models.Model):
    """A fund's part of an award: from `from_ppm` to `upto_ppm` of all that the award gives."""

    award = models.ForeignKey(Award, models.PROTECT, related_name="parts")
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="parts")
    from_ppm = models.IntegerField()
    upto_ppm = models.IntegerField()
    cap_micro = models.BigIntegerField()

    class Meta:
        db_table = "subsidies_award_fund"
        constraints = [
            models.UniqueConstraint(fields=["award", "fund"], name="award_fund_unique"),
            models.UniqueConstraint(fields=["award", "from_ppm"], name="award_fund_follows"),
            models.CheckConstraint(
                name="award_fund_in_order",
                condition=models.Q(
                    from_ppm__gte=0, upto_ppm__gt=models.F("from_ppm"), upto_ppm__lte=1_000_000
                ),
            ),
        ]


class AwardCounter(models.Model):
    """How much the award was asked for (basis), what it gave (granted), and what was clawed back.

    What a claim gave and had to give back is no longer granted; what a share gave stays granted,
    and `clawed_back` says how much of it is owed back or came back.
    """

    award = models.OneToOneField(Award, models.PROTECT, primary_key=True, related_name="counter")
    basis = models.BigIntegerField(default=0)
    granted = models.BigIntegerField(default=0)
    clawed_back = models.BigIntegerField(default=0)
    cap = models.BigIntegerField()

    class Meta:
        db_table = "subsidies_award_counter"
        constraints = [
            models.CheckConstraint(
                name="award_counter_within_cap",
                condition=models.Q(
                    granted__gte=0, cap__gte=models.F("granted"), clawed_back__gte=0
                ),
            ),
        ]
