"""What officers propose, who approves, what is on public notice and what is said against it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from compute_billing.applications.models import Application
from kernel.identifiers import uuid7
from kernel.worlds import real_world


class Hand(models.Model):
    """That somebody of the house has a hand in a case, in one instance and never in both.

    Proposals and approvals refer to it, so that an appeal is decided by others.
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="hands")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    instance = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "applications_hand"
        constraints = [
            models.UniqueConstraint(
                fields=["application", "person"], name="application_one_instance_per_person"
            ),
            models.UniqueConstraint(
                fields=["application", "person", "instance"], name="application_hand"
            ),
        ]


class Proposal(models.Model):
    """An officer's proposal, append-only: grant an amount by an assessment, or refuse.

    `facts` are those of the submission with the officer's findings, the panel's score, and caps
    as they stood; facts and assessment are canonical bytes with their hashes (CHECK).
    """

    class Verdict(models.TextChoices):
        """What is proposed. A stored value."""

        GRANT = "grant"
        REFUSE = "refuse"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="proposals")
    number = models.PositiveSmallIntegerField()
    instance = models.PositiveSmallIntegerField()
    beneficiary = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=16, choices=Verdict)
    reason = models.TextField(max_length=2000)
    is_exception = models.BooleanField(default=False)
    exception_reason = models.TextField(max_length=2000, blank=True)
    amount_micro = models.BigIntegerField()
    rate_ppm = models.IntegerField(null=True)
    fund = models.ForeignKey("Fund", models.PROTECT, null=True, related_name="+")
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    approvals_needed = models.PositiveSmallIntegerField()
    evaluator = models.PositiveSmallIntegerField()
    facts = models.BinaryField()
    facts_sha256 = models.CharField(max_length=64)
    assessment = models.BinaryField()
    assessment_sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "applications_proposal"
        constraints = [
            models.UniqueConstraint(
                fields=["application", "number"], name="application_proposal_number"
            ),
            # What approvals copy down.
            models.UniqueConstraint(
                fields=["id", "application", "instance", "maker", "beneficiary"],
                name="application_proposal_parties",
            ),
            models.CheckConstraint(
                name="application_proposal_terms",
                condition=Q(verdict="refuse", amount_micro=0, fund=None, rate_ppm=None)
                | Q(
                    verdict="grant",
                    amount_micro__gt=0,
                    fund__isnull=False,
                    rate_ppm__gt=0,
                    rate_ppm__lte=1_000_000,
                    starts_at__lt=F("ends_at"),
                ),
            ),
            models.CheckConstraint(name="application_proposal_reasoned", condition=~Q(reason="")),
            models.CheckConstraint(
                name="application_exception_reasoned",
                condition=Q(is_exception=False, exception_reason="")
                | Q(is_exception=True) & ~Q(exception_reason=""),
            ),
            models.CheckConstraint(
                name="application_proposal_needs_somebody", condition=Q(approvals_needed__gte=1)
            ),
            models.CheckConstraint(
                name="application_proposal_of_no_sandbox", condition=real_world("beneficiary")
            ),
        ]


class Approval(models.Model):
    """One approver's word on a proposal: append-only.

    Case, instance, maker and beneficiary are copied down by a composite foreign key, so that four
    eyes are a CHECK on one row.
    """

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="approvals")
    application_id = models.BigIntegerField()
    instance = models.PositiveSmallIntegerField()
    maker_id = models.BigIntegerField()
    beneficiary_id = models.BigIntegerField()
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approver_organisation = models.ForeignKey(
        "accounts.Organisation", models.PROTECT, related_name="+"
    )
    agrees = models.BooleanField()
    reason = models.TextField(max_length=2000, blank=True)
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "applications_approval"
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "approver"], name="application_approved_once_by_each"
            ),
            models.CheckConstraint(
                name="application_approval_four_eyes",
                condition=~Q(approver=F("maker_id"))
                & ~Q(approver_organisation=F("beneficiary_id")),
            ),
            models.CheckConstraint(
                name="application_disagreement_reasoned",
                condition=Q(agrees=True) | ~Q(reason=""),
            ),
        ]


class PublicNotice(models.Model):
    """公示: what is proposed to be given, for everybody to read, from one day to another, both in.

    Name, programme and amount are copied, so that the notice says for ever what it said.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="notices")
    proposal = models.OneToOneField(Proposal, models.PROTECT, related_name="notice")
    programme_name = models.CharField(max_length=200)
    beneficiary_name = models.CharField(max_length=200)
    beneficiary_uscc = models.CharField(max_length=18)
    contract_no = models.CharField(max_length=64)
    amount_micro = models.BigIntegerField()
    working_days = models.PositiveSmallIntegerField()
    opens_on = models.DateField()
    closes_on = models.DateField()
    published_at = models.DateTimeField()

    class Meta:
        db_table = "applications_notice"
        constraints = [
            models.CheckConstraint(
                name="application_notice_in_order", condition=Q(opens_on__lte=F("closes_on"))
            ),
        ]


class Objection(models.Model):
    """What somebody says against a notice; it names nobody, and is answered once by an officer."""

    class Outcome(models.TextChoices):
        """What became of it. A stored value."""

        PENDING = "pending"
        UPHELD = "upheld"
        DISMISSED = "dismissed"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    notice = models.ForeignKey(PublicNotice, models.PROTECT, related_name="objections")
    words = models.TextField(max_length=2000)
    raised_at = models.DateTimeField()
    outcome = models.CharField(max_length=16, choices=Outcome, default=Outcome.PENDING)
    answer = models.TextField(max_length=2000, blank=True)
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "applications_objection"
        constraints = [
            models.CheckConstraint(
                name="application_objection_answered",
                condition=Q(outcome="pending", officer=None, answered_at=None, answer="")
                | ~Q(outcome="pending")
                & ~Q(answer="")
                & Q(officer__isnull=False, answered_at__isnull=False),
            ),
        ]
