"""What is agreed with payees: commission, reserve, minimum and how often."""

from typing import Final

from django.db import models
from django.db.models import Q

from kernel.worlds import real_world

PPM: Final = 1_000_000


class Schedule(models.TextChoices):
    """How often a payee is paid."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"


class PayoutTerms(models.Model):
    """What was agreed with a payee for use of a month and later: commission, reserve, minimum.

    The month of use chooses the terms, so what is taken back gives back the commission it bore.
    Rates are parts per million; the tax is that on the commission.
    """

    payee = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    from_month = models.DateField()
    contract_no = models.CharField(max_length=100)
    commission_ppm = models.PositiveIntegerField()
    commission_tax_ppm = models.PositiveIntegerField()
    reserve_ppm = models.PositiveIntegerField()
    reserve_days = models.PositiveSmallIntegerField()
    minimum_fen = models.BigIntegerField()
    schedule = models.CharField(max_length=16, choices=Schedule)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "payouts_terms"
        constraints = [
            models.UniqueConstraint(fields=["payee", "from_month"], name="payout_terms_once"),
            models.CheckConstraint(
                name="payout_terms_make_sense",
                condition=Q(
                    commission_ppm__lte=PPM,
                    commission_tax_ppm__lte=PPM,
                    reserve_ppm__lte=PPM,
                    minimum_fen__gt=0,
                ),
            ),
            models.CheckConstraint(
                name="payout_terms_of_no_sandbox", condition=real_world("payee")
            ),
        ]


class CommissionCounter(models.Model):
    """What commission was taken on under some terms so far: the state behind every amount."""

    terms = models.OneToOneField(
        PayoutTerms, models.PROTECT, primary_key=True, related_name="counter"
    )
    base = models.BigIntegerField(default=0)
    commission = models.BigIntegerField(default=0)
    commission_tax = models.BigIntegerField(default=0)

    class Meta:
        db_table = "payouts_counter"
