"""Applications for subsidies: what a firm asks, on which papers, and what was checked."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from compute_billing.applications.states import OVER, ApplicationState
from kernel.identifiers import uuid7
from kernel.worlds import real_world

STATES = [(state.value, state.value) for state in ApplicationState]


class Application(models.Model):
    """A firm asks for money of one programme for one compute contract.

    `version` is the version of the programme that was in force when it was submitted last, of a
    draft the one it was begun under. `revision` counts changes of what is editable. `due_at` is
    when the term of whoever has to act now ends; `instance` is 2 once it was appealed.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    number = models.CharField(  # noqa: DJ001 - null means not submitted yet, and is not unique
        max_length=32, null=True, unique=True
    )
    version = models.ForeignKey("ProgrammeVersion", models.PROTECT, related_name="+")
    code = models.SlugField(max_length=64)
    tenant = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    provider = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    contract = models.ForeignKey("ComputeContract", models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=STATES, default=ApplicationState.DRAFT)
    instance = models.PositiveSmallIntegerField(default=1)
    revision = models.PositiveIntegerField(default=1)
    declared = models.JSONField(default=dict)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    supplement_asked = models.TextField(max_length=2000, blank=True)
    award = models.OneToOneField("Award", models.PROTECT, null=True, related_name="application")
    award_problem = models.CharField(max_length=500, blank=True)

    class Meta:
        db_table = "applications_application"
        indexes = [
            models.Index(fields=["tenant", "-id"], name="application_of_tenant"),
            models.Index(fields=["state", "due_at"], name="application_by_deadline"),
        ]
        constraints = [
            # A contract is not split into two applications of one programme.
            models.UniqueConstraint(
                fields=["code", "contract"],
                condition=~Q(state__in=OVER),
                name="application_once_per_contract",
            ),
            models.UniqueConstraint(fields=["id", "tenant"], name="application_beneficiary"),
            models.CheckConstraint(
                name="application_numbered_when_submitted",
                condition=Q(state__in=["draft", "withdrawn", "expired"]) | Q(number__isnull=False),
            ),
            models.CheckConstraint(
                name="application_awarded_with_its_award",
                condition=Q(state=ApplicationState.AWARDED, award__isnull=False)
                | ~Q(state=ApplicationState.AWARDED) & Q(award=None),
            ),
            models.CheckConstraint(name="application_instance", condition=Q(instance__in=[1, 2])),
            # Public money is real: no sandbox asks for it.
            models.CheckConstraint(
                name="application_of_no_sandbox", condition=real_world("tenant", "provider")
            ),
        ]


class ApplicationPaper(models.Model):
    """A paper of an application: its kind, the day that stands on it, the bytes."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="papers")
    kind = models.SlugField(max_length=64)
    dated_on = models.DateField()
    file = models.ForeignKey("kernel.StoredFile", models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=150)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "applications_paper"


class ApplicationSubmission(models.Model):
    """What was submitted, frozen: append-only.

    `facts` and `assessment` are canonical bytes with their hashes (CHECK), so that the evaluator
    of this number gives the same bytes for ever. The letter was consented to by a person.
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="submissions")
    number = models.PositiveSmallIntegerField()
    version = models.ForeignKey("ProgrammeVersion", models.PROTECT, related_name="+")
    evaluator = models.PositiveSmallIntegerField()
    facts = models.BinaryField()
    facts_sha256 = models.CharField(max_length=64)
    assessment = models.BinaryField()
    assessment_sha256 = models.CharField(max_length=64)
    commitment_version = models.PositiveSmallIntegerField()
    consented_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()

    class Meta:
        db_table = "applications_submission"
        constraints = [
            models.UniqueConstraint(
                fields=["application", "number"], name="application_submission_number"
            ),
        ]


class CheckVerdict(models.TextChoices):
    """What an automatic check found. A stored value."""

    HOLDS = "holds"
    FAILS = "fails"
    MISSING = "missing"


class ApplicationCheck(models.Model):
    """An automatic check of a submission: verdict, what it looked at, where that is from."""

    submission = models.ForeignKey(ApplicationSubmission, models.PROTECT, related_name="checks")
    name = models.SlugField(max_length=64)
    verdict = models.CharField(max_length=16, choices=CheckVerdict)
    is_hard = models.BooleanField()
    looked_at = models.JSONField()
    source = models.CharField(max_length=200)

    class Meta:
        db_table = "applications_check"
        constraints = [
            models.UniqueConstraint(fields=["submission", "name"], name="application_check_once"),
        ]


class ApplicationStep(models.Model):
    """A step in the life of an application: append-only."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="steps")
    number = models.PositiveIntegerField()
    before = models.CharField(max_length=16, choices=STATES, blank=True)
    after = models.CharField(max_length=16, choices=STATES)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    words = models.TextField(max_length=2000, blank=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "applications_step"
        constraints = [
            models.UniqueConstraint(
                fields=["application", "number"], name="application_step_number"
            ),
        ]
