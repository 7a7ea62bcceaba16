"""What is owed back to a fund: why, decided by whom, for which charges, and what came back."""

from django.db import models

from kernel.identifiers import uuid7
from kernel.worlds import real_world


class Clawback(models.Model):
    """A decision that what an award gave for some charges is to be given back.

    `debtor` is the tenant, or the provider who was paid. Who proposed and who decided stand in one
    row, so that the database itself refuses one who decides what he proposed or what concerns him.
    """

    class Reason(models.TextChoices):
        REFUND = "refund"
        DUPLICATE_FUNDING = "duplicate_funding"
        RELOCATION = "relocation"
        FRAUD = "fraud"
        PROVIDER_DELISTED = "provider_delisted"
        CLOSED_FUND_YEAR = "closed_fund_year"

    class State(models.TextChoices):
        PROPOSED = "proposed"
        APPROVED = "approved"
        REJECTED = "rejected"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    award = models.ForeignKey("Award", models.PROTECT, related_name="clawbacks")
    tenant = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    debtor = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    reason = models.CharField(max_length=24, choices=Reason)
    clause = models.CharField(max_length=200)
    statement = models.CharField(max_length=1_000)
    used_from = models.DateTimeField(null=True)
    used_until = models.DateTimeField(null=True)
    withdraws_award = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=State, default=State.PROPOSED)
    amount = models.BigIntegerField(default=0)
    basis_before = models.BigIntegerField(null=True)
    maker = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decider = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    decider_organisation = models.ForeignKey(
        "accounts.Organisation", models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=1_000, blank=True)

    class Meta:
        db_table = "settlement_clawback"
        constraints = [
            models.CheckConstraint(
                name="clawback_four_eyes",
                condition=models.Q(decider=None)
                | ~models.Q(decider=models.F("maker"))
                & ~models.Q(decider_organisation=models.F("tenant"))
                & ~models.Q(decider_organisation=models.F("debtor")),
            ),
            models.CheckConstraint(
                name="clawback_decided_by_somebody",
                condition=models.Q(
                    state="proposed", decider=None, decider_organisation=None, decided_at=None
                )
                | models.Q(
                    state__in=["approved", "rejected"],
                    decider__isnull=False,
                    decider_organisation__isnull=False,
                    decided_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="clawback_says_why",
                condition=~models.Q(clause="") & ~models.Q(statement=""),
            ),
            models.CheckConstraint(
                name="clawback_of_no_sandbox",
                condition=real_world("tenant", "debtor", "decider_organisation"),
            ),
        ]


class ClawbackLine(models.Model):
    """A charge of which everything that its award gave is taken back; written by the decision."""

    clawback = models.ForeignKey(Clawback, models.PROTECT, related_name="lines")
    tenant_id = models.BigIntegerField()
    recorded_month = models.DateField()
    charge_id = models.BigIntegerField(db_index=True)
    basis = models.BigIntegerField()
    amount = models.BigIntegerField()

    class Meta:
        db_table = "settlement_clawback_line"
        constraints = [
            models.UniqueConstraint(fields=["clawback", "charge_id"], name="clawback_line_unique"),
            models.CheckConstraint(
                name="clawback_line_of_no_sandbox", condition=real_world("tenant_id")
            ),
        ]


class ClawbackPart(models.Model):
    """What is owed back to one fund; `settled` of it came back or was kept back from claims."""

    clawback = models.ForeignKey(Clawback, models.PROTECT, related_name="parts")
    fund = models.ForeignKey("Fund", models.PROTECT, related_name="+")
    debtor = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    settled = models.BigIntegerField(default=0)

    class Meta:
        db_table = "settlement_clawback_part"
        constraints = [
            models.UniqueConstraint(fields=["clawback", "fund"], name="clawback_part_unique"),
            models.CheckConstraint(
                name="clawback_part_settled_within",
                condition=models.Q(amount__gt=0, settled__gte=0, settled__lte=models.F("amount")),
            ),
            models.CheckConstraint(
                name="clawback_part_of_no_sandbox", condition=real_world("debtor")
            ),
        ]


class ClawbackReceipt(models.Model):
    """What settled a part: kept back from a claim, or received by the treasury with a receipt."""

    part = models.ForeignKey(ClawbackPart, models.PROTECT, related_name="receipts")
    claim = models.ForeignKey("Claim", models.PROTECT, null=True, related_name="+")
    receipt_no = models.CharField(max_length=100, blank=True)
    amount = models.BigIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "settlement_clawback_receipt"
        constraints = [
            models.CheckConstraint(
                name="clawback_receipt_of_one_kind",
                condition=models.Q(amount__gt=0)
                & (
                    models.Q(claim__isnull=False, receipt_no="")
                    | models.Q(claim=None) & ~models.Q(receipt_no="")
                ),
            ),
            models.UniqueConstraint(
                fields=["part", "receipt_no"],
                condition=~models.Q(receipt_no=""),
                name="clawback_receipt_unique",
            ),
        ]
