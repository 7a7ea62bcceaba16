"""Tables of the bank rail: accounts, codes, statements, their lines and what became of each."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kernel.identifiers import uuid7
from kernel.worlds import real_world


class BankAccount(models.Model):
    """An operator's account at a bank, into which tenants remit; `custody` is its name in books."""

    public_id = models.UUIDField(default=uuid7, unique=True)
    operator = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    bank = models.CharField(max_length=100)
    holder = models.CharField(max_length=200)
    number = models.CharField(max_length=64, unique=True)
    custody = models.CharField(max_length=100, unique=True)
    opened_at = models.DateTimeField()

    class Meta:
        db_table = "bank_account"
        constraints = [
            models.CheckConstraint(
                condition=real_world("operator"), name="bank_account_of_no_sandbox"
            ),
        ]


class RemittanceCode(models.Model):
    """What a tenant writes into a transfer to an operator; never given to anybody else."""

    code = models.CharField(max_length=16, unique=True)
    tenant = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    operator = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        db_table = "bank_remittance_code"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "operator"], name="remittance_code_once"),
            models.CheckConstraint(
                condition=~Q(tenant=F("operator")), name="remittance_between_two_parties"
            ),
            models.CheckConstraint(
                condition=real_world("tenant", "operator"), name="remittance_code_of_no_sandbox"
            ),
        ]


class BankStatement(models.Model):
    """A file that was imported, and how many of its lines were new, known and unreadable."""

    public_id = models.UUIDField(default=uuid7, unique=True)
    account = models.ForeignKey(BankAccount, models.PROTECT, related_name="statements")
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    lines = models.PositiveIntegerField()
    new_lines = models.PositiveIntegerField()
    refused_lines = models.PositiveIntegerField()
    # What the file says the account held before and after it; null where it does not.
    opening_on = models.DateField(null=True)
    opening_fen = models.BigIntegerField(null=True)
    closing_on = models.DateField(null=True)
    closing_fen = models.BigIntegerField(null=True)
    difference_fen = models.BigIntegerField(
        null=True, help_text="Closing less opening and readable movements."
    )
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    imported_at = models.DateTimeField()

    class Meta:
        db_table = "bank_statement"
        constraints = [
            models.CheckConstraint(
                condition=Q(new_lines__lte=F("lines")), name="bank_statement_counts"
            ),
            models.CheckConstraint(
                condition=Q(
                    opening_on=None,
                    opening_fen=None,
                    closing_on=None,
                    closing_fen=None,
                    difference_fen=None,
                )
                | Q(
                    opening_on__isnull=False,
                    opening_fen__isnull=False,
                    closing_on__gte=F("opening_on"),
                    closing_fen__isnull=False,
                    difference_fen__isnull=False,
                ),
                name="bank_statement_tells_all_balances_or_none",
            ),
        ]


class Match(models.TextChoices):
    """What a line says of whose it is: a code and its holder's name, one of them, or neither.

    Repeated is what another file may have told in other words: a person looks.
    """

    EXACT = "exact"
    PARTIAL = "partial"
    REPEATED = "repeated"
    UNKNOWN = "unknown"
    OUTGOING = "outgoing"


class BankLine(models.Model):
    """A movement on a bank account, once, whatever number of files tell of it."""

    public_id = models.UUIDField(default=uuid7, unique=True)
    account = models.ForeignKey(BankAccount, models.PROTECT, related_name="lines")
    statement = models.ForeignKey(BankStatement, models.PROTECT, related_name="told_first")
    position = models.PositiveIntegerField()
    key = models.CharField(max_length=200)
    booked_on = models.DateField()
    amount_fen = models.BigIntegerField()
    balance_fen = models.BigIntegerField(null=True)
    payer_name = models.CharField(max_length=200, blank=True)
    payer_account = models.CharField(max_length=64, blank=True)
    remark = models.CharField(max_length=500, blank=True)
    match = models.CharField(max_length=16, choices=Match)
    tenant = models.ForeignKey(
        "accounts.Organisation",
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="Whose it seems to be.",
    )
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "bank_line"
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="bank_line_once"),
            # Copied down by a composite foreign key of the decision.
            models.UniqueConstraint(fields=["id", "amount_fen"], name="bank_line_amount"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="bank_line_positive"),
            models.CheckConstraint(
                condition=~Q(match="exact") | Q(tenant__isnull=False),
                name="bank_line_exact_names_a_tenant",
            ),
            models.CheckConstraint(condition=real_world("tenant"), name="bank_line_of_no_sandbox"),
        ]
        indexes = [models.Index(fields=["account", "booked_on"], name="bank_line_by_day")]


class BankRefusal(models.Model):
    """A line of a file that cannot be read, and why."""

    statement = models.ForeignKey(BankStatement, models.PROTECT, related_name="refusals")
    position = models.PositiveIntegerField()
    reason = models.CharField(max_length=32)
    text = models.CharField(max_length=500)

    class Meta:
        db_table = "bank_refusal"
        constraints = [
            models.UniqueConstraint(fields=["statement", "position"], name="bank_refusal_once"),
        ]


class Fate(models.TextChoices):
    """What becomes of a line: a tenant's money, or none of a tenant."""

    CREDIT = "credit"
    ASIDE = "aside"


class BankProposal(models.Model):
    """What one person thinks a large line is; another decides. At most one is open for a line."""

    public_id = models.UUIDField(default=uuid7, unique=True)
    line = models.ForeignKey(BankLine, models.PROTECT, related_name="proposals")
    fate = models.CharField(max_length=16, choices=Fate)
    tenant = models.ForeignKey("accounts.Organisation", models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "bank_proposal"
        constraints = [
            # What the decision copies down.
            models.UniqueConstraint(
                fields=["id", "line", "maker"], name="bank_proposal_and_its_maker"
            ),
            models.UniqueConstraint(
                fields=["line"],
                condition=Q(closed_at__isnull=True),
                name="bank_proposal_one_open",
            ),
            models.CheckConstraint(
                condition=Q(fate="credit", tenant__isnull=False)
                | Q(fate="aside", tenant__isnull=True),
                name="bank_proposal_credits_a_tenant",
            ),
            models.CheckConstraint(
                condition=real_world("tenant"), name="bank_proposal_of_no_sandbox"
            ),
        ]


class BankDecision(models.Model):
    """The one fate of a line. Without a maker the code and the name decided.

    From `two_from_fen` on, the limit of that day, somebody else than the maker approves. What was
    approved names its proposal, whose maker is copied down.
    """

    line = models.OneToOneField(BankLine, models.PROTECT, primary_key=True, related_name="decision")
    amount_fen = models.BigIntegerField()
    fate = models.CharField(max_length=16, choices=Fate)
    tenant = models.ForeignKey("accounts.Organisation", models.PROTECT, null=True, related_name="+")
    lot_account = models.ForeignKey(
        "compute_billing.LedgerAccount", models.PROTECT, null=True, related_name="+"
    )
    reason = models.CharField(max_length=500, blank=True)
    proposal = models.OneToOneField(
        BankProposal, models.PROTECT, null=True, related_name="decision"
    )
    two_from_fen = models.BigIntegerField()
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "bank_decision"
        constraints = [
            models.CheckConstraint(
                condition=Q(fate="credit", tenant__isnull=False, lot_account__isnull=False)
                | Q(fate="aside", tenant__isnull=True, lot_account__isnull=True),
                name="bank_decision_credits_a_lot",
            ),
            models.CheckConstraint(
                condition=Q(maker__isnull=True, approver__isnull=True, fate="credit")
                | Q(maker__isnull=False, approver__isnull=False)
                | Q(
                    maker__isnull=False,
                    approver__isnull=True,
                    amount_fen__lt=F("two_from_fen"),
                ),
                name="bank_decision_large_needs_two",
            ),
            models.CheckConstraint(
                condition=Q(approver__isnull=True, proposal__isnull=True)
                | Q(approver__isnull=False, proposal__isnull=False),
                name="bank_decision_approves_a_proposal",
            ),
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("maker")),
                name="bank_decision_four_eyes",
            ),
            models.CheckConstraint(
                condition=real_world("tenant", "lot_account"), name="bank_decision_of_no_sandbox"
            ),
        ]
