"""Public money for compute: programmes, their funds, and the awards granted from them.

One kind of award so far: a share of the net price at the point of use, with a rate and a cap,
paid from an award account that was funded from the programme's fund.
"""

from django.db import models

from kernel.worlds import real_world


class Programme(models.Model):
    """A published support programme of a public authority."""

    code = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    jurisdiction = models.CharField(max_length=100)
    authority = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")

    class Meta:
        db_table = "subsidies_programme"


class Fund(models.Model):
    """A programme's money of one level and budget year; its account never passes its floor."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="funds")
    level = models.CharField(max_length=32)
    budget_year = models.PositiveSmallIntegerField()
    budget_document_no = models.CharField(max_length=100)
    account = models.OneToOneField("LedgerAccount", models.PROTECT, related_name="fund")

    class Meta:
        db_table = "subsidies_fund"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "level", "budget_year"], name="fund_unique"
            ),
        ]


class Award(models.Model):
    """A tenant's entitlement: `rate_ppm` of the remaining net price until `cap_micro` is used.

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
                condition=models.Q(rate_ppm__gt=0, rate_ppm__lte=1_000_000, cap_micro__gt=0),
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


class AwardCounter(models.Model):
    """How much the award has been asked to share in (basis) and how much it gave (granted)."""

    award = models.OneToOneField(Award, models.PROTECT, primary_key=True, related_name="counter")
    basis = models.BigIntegerField(default=0)
    granted = models.BigIntegerField(default=0)
    cap = models.BigIntegerField()

    class Meta:
        db_table = "subsidies_award_counter"
        constraints = [
            models.CheckConstraint(
                name="award_counter_within_cap",
                condition=models.Q(granted__gte=0, cap__gte=models.F("granted")),
            ),
        ]
