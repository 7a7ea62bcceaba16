"""Tables of verification: a case, its papers, payments and relations, and what was decided.

Foreign keys are named by text: `accounts.models` imports this module.
"""

from enum import StrEnum

from django.db import models
from django.db.models import F, Q

from accounts.verification.kinds import (
    Declaration,
    DocumentKind,
    Industry,
    Outcome,
    Relation,
    Reminder,
    Scan,
)
from accounts.verification.states import FINAL, UNDER_WAY, PaymentState, VerificationState
from kernel.identifiers import uuid7
from kernel.worlds import real_world

TRIES_MAX = 3
_USCC = r"^([0-9A-HJ-NPQRTUWXY]{18})?$"


def _choices(kinds: type[StrEnum]) -> list[tuple[str, str]]:
    return [(kind.value, kind.value.replace("_", " ")) for kind in kinds]


def _values(kinds: type[StrEnum]) -> list[str]:
    return [kind.value for kind in kinds]


class Verification(models.Model):
    """A case: what an organisation says of itself, edited until it is submitted."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, related_name="verifications"
    )
    state = models.CharField(max_length=16, choices=_choices(VerificationState))
    uscc = models.CharField(max_length=18, blank=True)
    registered_name = models.CharField(max_length=200, blank=True)
    industry = models.CharField(max_length=32, blank=True)
    employees = models.IntegerField(null=True)
    revenue_yuan = models.BigIntegerField(null=True, help_text="营业收入 of the year, whole yuan.")
    assets_yuan = models.BigIntegerField(null=True, help_text="资产总额 at its end, whole yuan.")
    figures_year = models.SmallIntegerField(null=True, help_text="Year that the figures are of.")
    declaration = models.CharField(max_length=8, blank=True, choices=_choices(Declaration))
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True, help_text="When it was submitted last.")
    due_on = models.DateField(null=True, help_text="Last working day of the term to decide.")

    class Meta:
        db_table = "accounts_verification"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=_values(VerificationState)),
                name="accounts_verification_state",
            ),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=~Q(state__in=[state.value for state in sorted(FINAL)]),
                name="accounts_verification_one_open",
            ),
            models.CheckConstraint(
                condition=Q(uscc__regex=_USCC), name="accounts_verification_uscc_form"
            ),
            models.CheckConstraint(
                condition=Q(industry__in=["", *_values(Industry)]),
                name="accounts_verification_industry",
            ),
            models.CheckConstraint(
                condition=Q(employees__gte=0) & Q(revenue_yuan__gte=0) & Q(assets_yuan__gte=0),
                name="accounts_verification_figures",
            ),
            models.CheckConstraint(
                condition=Q(declaration__in=_values(Declaration)),
                name="accounts_verification_declaration",
            ),
            models.CheckConstraint(
                condition=~Q(state="submitted") | Q(due_on__isnull=False),
                name="accounts_verification_due",
            ),
            models.CheckConstraint(
                condition=real_world("organisation"), name="accounts_verification_of_no_sandbox"
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="accounts_verification_queue")]


class RelatedParty(models.Model):
    """A related organisation that was declared, by its credit code."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    verification = models.ForeignKey(
        Verification, on_delete=models.PROTECT, related_name="related_parties"
    )
    uscc = models.CharField(max_length=18)
    registered_name = models.CharField(max_length=200)
    relation = models.CharField(max_length=32, choices=_choices(Relation))

    class Meta:
        db_table = "accounts_related_party"
        constraints = [
            models.UniqueConstraint(
                fields=["verification", "uscc", "relation"], name="accounts_related_party_once"
            ),
            models.CheckConstraint(
                condition=Q(relation__in=_values(Relation)), name="accounts_related_party_relation"
            ),
            models.CheckConstraint(
                condition=Q(uscc__regex=_USCC) & ~Q(uscc=""), name="accounts_related_party_uscc"
            ),
        ]


class VerificationDocument(models.Model):
    """A paper of a case. One that a snapshot names stays when it is taken away."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    verification = models.ForeignKey(
        Verification, on_delete=models.PROTECT, related_name="documents"
    )
    kind = models.CharField(max_length=16, choices=_choices(DocumentKind))
    file = models.OneToOneField("kernel.StoredFile", on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=150, help_text="As it was called where it came from.")
    scan = models.CharField(max_length=16, choices=_choices(Scan))
    uploaded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "accounts_verification_document"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=_values(DocumentKind)),
                name="accounts_verification_document_kind",
            ),
            models.CheckConstraint(
                condition=Q(scan__in=_values(Scan)), name="accounts_verification_document_scan"
            ),
        ]


class VerificationPayment(models.Model):
    """A small payment to the corporate account of a case; who knows its amount reads the account.

    `tries` is counted under a lock of the row; three wrong ones fail it.
    """

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    verification = models.ForeignKey(
        Verification, on_delete=models.PROTECT, related_name="payments"
    )
    state = models.CharField(max_length=16, choices=_choices(PaymentState))
    holder = models.CharField(max_length=200, help_text="The registered name when asked for.")
    bank = models.CharField(max_length=100)
    branch = models.CharField(max_length=150, blank=True)
    account_number_encrypted = models.TextField()
    account_number_end = models.CharField(max_length=4, help_text="Shown, to tell accounts apart.")
    amount_fen = models.SmallIntegerField(help_text="Shown to those who pay, and to nobody else.")
    tries = models.SmallIntegerField(default=0)
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    bank_reference = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "accounts_verification_payment"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=_values(PaymentState)),
                name="accounts_verification_payment_state",
            ),
            models.UniqueConstraint(
                fields=["verification"],
                condition=Q(state__in=[state.value for state in sorted(UNDER_WAY)]),
                name="accounts_verification_payment_one",
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gte=1) & Q(amount_fen__lte=99),
                name="accounts_verification_payment_amount",
            ),
            models.CheckConstraint(
                condition=Q(tries__gte=0) & Q(tries__lte=TRIES_MAX),
                name="accounts_verification_payment_tries",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True, sent_by__isnull=True, expires_at__isnull=True)
                | Q(sent_at__isnull=False, sent_by__isnull=False, expires_at__gt=F("sent_at")),
                name="accounts_verification_payment_sent_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "confirmed", "failed", "expired"])
                | Q(sent_at__isnull=False),
                name="accounts_verification_payment_sent_first",
            ),
            models.CheckConstraint(
                condition=Q(sent_by__isnull=True) | ~Q(sent_by=F("requested_by")),
                name="accounts_verification_payment_four_eyes",
            ),
        ]


class VerificationSubmission(models.Model):
    """What was submitted, frozen: append-only."""

    id = models.BigAutoField(primary_key=True)
    verification = models.ForeignKey(
        Verification, on_delete=models.PROTECT, related_name="submissions"
    )
    number = models.SmallIntegerField(help_text="1, 2, 3 … of its case.")
    snapshot = models.JSONField()
    snapshot_hash = models.BinaryField(max_length=32, help_text="SHA-256 of the canonical JSON.")
    submitted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    due_on = models.DateField()

    class Meta:
        db_table = "accounts_verification_submission"
        constraints = [
            models.UniqueConstraint(
                fields=["verification", "number"], name="accounts_verification_submission_number"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1), name="accounts_verification_submission_counts"
            ),
        ]


class VerificationReminder(models.Model):
    """That somebody was reminded of a day of an organisation's verification: append-only.

    Whoever may insert the row tells of it, in the same transaction; so it is told once.
    """

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=16, choices=_choices(Reminder))
    day = models.DateField(help_text="By when it is decided, or when the term ends.")
    told_at = models.DateTimeField()

    class Meta:
        db_table = "accounts_verification_reminder"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "day"], name="accounts_verification_reminder_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=_values(Reminder)), name="accounts_verification_reminder_kind"
            ),
            models.CheckConstraint(
                condition=real_world("organisation"),
                name="accounts_verification_reminder_of_no_sandbox",
            ),
        ]


class VerificationDecision(models.Model):
    """What an officer decided on a submission: once, append-only, and never on his own."""

    id = models.BigAutoField(primary_key=True)
    submission = models.OneToOneField(
        VerificationSubmission, on_delete=models.PROTECT, related_name="decision"
    )
    outcome = models.CharField(max_length=16, choices=_choices(Outcome))
    reason = models.CharField(max_length=1000, blank=True)
    step_reasons = models.JSONField(default=dict, help_text="What to mend, by step.")
    submitted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "accounts_verification_decision"
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=_values(Outcome)),
                name="accounts_verification_decision_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(decided_by=F("submitted_by")),
                name="accounts_verification_decision_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(outcome="approved") | ~Q(reason="") | ~Q(step_reasons={}),
                name="accounts_verification_decision_reasoned",
            ),
        ]
