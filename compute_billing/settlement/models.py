"""What programmes owe for the shares they bear, and what the centre earned in a month."""

from django.db import models

from kernel.identifiers import uuid7
from kernel.worlds import real_world


class Claim(models.Model):
    """A claimant's demand on a fund for one period: of shares, or of what the tenant paid.

    `netted` of it is kept back for what the claimant owes the fund, so that `amount - netted` is
    to be paid.
    """

    class Kind(models.TextChoices):
        SHARE = "share"
        REIMBURSEMENT = "reimbursement"

    class State(models.TextChoices):
        DRAFT = "draft"
        SUBMITTED = "submitted"
        PAID = "paid"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    fund = models.ForeignKey("Fund", models.PROTECT, related_name="claims")
    claimant = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    period = models.DateField()
    sequence = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.SHARE)
    state = models.CharField(max_length=16, choices=State, default=State.DRAFT)
    amount = models.BigIntegerField()
    netted = models.BigIntegerField(default=0)
    line_count = models.BigIntegerField()
    made_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    budget_document_no = models.CharField(max_length=100, blank=True)
    treasury_receipt_no = models.CharField(max_length=100, blank=True)

    class Meta:
        db_table = "settlement_claim"
        indexes = [models.Index(fields=["period"], name="claim_period")]
        constraints = [
            models.UniqueConstraint(
                fields=["fund", "claimant", "period", "sequence"], name="claim_unique"
            ),
            models.CheckConstraint(name="claim_of_no_sandbox", condition=real_world("claimant")),
            models.CheckConstraint(
                name="claim_nets_within_its_amount",
                condition=models.Q(netted=0)
                | models.Q(netted__gt=0, netted__lte=models.F("amount")),
            ),
            models.CheckConstraint(
                name="claim_paid_with_receipt",
                condition=(
                    models.Q(state="paid", paid_at__isnull=False)
                    & ~models.Q(budget_document_no="")
                    & ~models.Q(treasury_receipt_no="")
                )
                | (
                    ~models.Q(state="paid")
                    & models.Q(paid_at=None, budget_document_no="", treasury_receipt_no="")
                ),
            ),
        ]


class ClaimLine(models.Model):
    """What is demanded from the fund for one charge; a correction's line is negative.

    A reimbursement's line names the charge that was first made and says where the award's counter
    stood before it (`basis_before`), so that it can be recomputed alone; where the charge was
    claimed before, it is the signed difference to that and names the line (`adjusts_line`).
    """

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="lines")
    tenant_id = models.BigIntegerField()
    recorded_month = models.DateField()
    charge_id = models.BigIntegerField()
    award_id = models.BigIntegerField()
    basis = models.BigIntegerField()
    amount = models.BigIntegerField()
    adjusts_charge_id = models.BigIntegerField(null=True)
    basis_before = models.BigIntegerField(null=True)
    adjusts_line = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "settlement_claim_line"
        indexes = [
            models.Index(
                fields=["award_id", "charge_id"],
                name="claim_line_of_award",
                condition=models.Q(basis_before__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "charge_id", "award_id"], name="claim_line_unique"
            ),
            models.CheckConstraint(
                name="claim_line_of_no_sandbox", condition=real_world("tenant_id")
            ),
        ]


class Claimed(models.Model):
    """A charge is claimed once within an exclusivity group, whatever the fund.

    `award_id` is whose it is where it is reimbursed; shares of a charge are claimed together.
    """

    pk = models.CompositePrimaryKey("charge_id", "exclusivity_group")
    charge_id = models.BigIntegerField()
    exclusivity_group = models.CharField(max_length=64)
    award_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "settlement_claimed"


class OperatorStatement(models.Model):
    """The statement of a compute centre's operator for a month, written once per sequence."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    operator = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    period = models.DateField()
    sequence = models.PositiveSmallIntegerField()
    issued_at = models.DateTimeField()
    tenant_count = models.IntegerField()
    quantity = models.DecimalField(max_digits=40, decimal_places=0)
    gross = models.BigIntegerField()
    discount = models.BigIntegerField()
    programme = models.BigIntegerField()
    tenant_paid = models.BigIntegerField()
    arrears = models.BigIntegerField()

    class Meta:
        db_table = "settlement_operator_statement"
        constraints = [
            models.UniqueConstraint(
                fields=["operator", "period", "sequence"], name="operator_statement_unique"
            ),
            models.CheckConstraint(
                name="operator_statement_adds_up",
                condition=models.Q(
                    gross=models.F("discount")
                    + models.F("programme")
                    + models.F("tenant_paid")
                    + models.F("arrears")
                ),
            ),
            models.CheckConstraint(
                name="operator_statement_of_no_sandbox", condition=real_world("operator")
            ),
        ]


class OperatorStatementLine(models.Model):
    """A tenant's bill as it stands on a statement: each bill stands on exactly one."""

    statement = models.ForeignKey(OperatorStatement, models.PROTECT, related_name="lines")
    invoice = models.OneToOneField("Invoice", models.PROTECT, related_name="+")
    tenant_id = models.BigIntegerField()
    quantity = models.DecimalField(max_digits=40, decimal_places=0)
    gross = models.BigIntegerField()
    discount = models.BigIntegerField()
    programme = models.BigIntegerField()
    tenant_paid = models.BigIntegerField()
    arrears = models.BigIntegerField()

    class Meta:
        db_table = "settlement_operator_statement_line"
        constraints = [
            models.CheckConstraint(
                name="operator_statement_line_of_no_sandbox", condition=real_world("tenant_id")
            ),
        ]
