"""Algorithms, their versions, what proves them, what became of them, and certificates."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kernel.identifiers import uuid7
from kernel.worlds import real_world
from marketplace.listings.proofs import ProofKind
from marketplace.listings.states import ListingState, Outcome
from marketplace.listings.taxonomy import Industry, Task

PPM: int = 1_000_000
TASKS = [(task.value, task.value) for task in Task]
INDUSTRIES = [(industry.value, industry.value) for industry in Industry]
STATES = [(state.value, state.value) for state in ListingState]
PROOFS = [(kind.value, kind.value) for kind in ProofKind]
OUTCOMES = [(outcome.value, outcome.value) for outcome in Outcome]


class Lineage(models.TextChoices):
    """How a version came from another one. A stored value: never rename one."""

    DISTILLED = "distilled"
    QUANTISED = "quantised"
    FINE_TUNED = "fine_tuned"


class Algorithm(models.Model):
    """What a seller offers under one name; what is listed of it are its versions."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    seller = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    summary = models.TextField(max_length=2000)
    task = models.CharField(max_length=32, choices=TASKS)
    industry = models.CharField(max_length=32, choices=INDUSTRIES)
    inputs = models.TextField(max_length=2000)
    outputs = models.TextField(max_length=2000)
    revision = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "listings_algorithm"
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "name_zh"], name="algorithm_name_once_per_seller"
            ),
            models.CheckConstraint(name="algorithm_is_real", condition=real_world("seller")),
        ]


class AlgorithmVersion(models.Model):
    """A version: its number and its files never change, its dossier only where it is editable.

    `number_key` sorts as the numbers do. `burden_ppm` is what its lineage takes of its licence
    income: its own `royalty_ppm` to its parent and what its parent passes on, which is copied
    down by a composite foreign key. A parent is older than its child, so there are no cycles.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    algorithm = models.ForeignKey(Algorithm, models.PROTECT, related_name="versions")
    number = models.CharField(max_length=64)
    number_key = models.BinaryField()
    manifest = models.BinaryField()
    manifest_sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    lineage = models.CharField(max_length=16, choices=Lineage, blank=True)
    royalty_ppm = models.PositiveIntegerField(default=0)
    parent_burden_ppm = models.PositiveIntegerField(null=True)
    burden_ppm = models.PositiveIntegerField(default=0)
    dossier = models.JSONField()
    state = models.CharField(max_length=16, choices=STATES, default=ListingState.DRAFT)
    revision = models.PositiveIntegerField(default=1)
    due_on = models.DateField(null=True, help_text="Last day for the reviewer.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "listings_version"
        indexes = [
            models.Index(fields=["state", "due_on"], name="version_by_deadline"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["algorithm", "number_key"], name="version_number_once_per_algorithm"
            ),
            # What its children copy down.
            models.UniqueConstraint(fields=["id", "burden_ppm"], name="version_burden"),
            models.CheckConstraint(
                name="version_parent_is_older", condition=Q(parent=None) | Q(parent__lt=F("id"))
            ),
            models.CheckConstraint(
                name="version_lineage_is_whole",
                condition=Q(
                    parent=None,
                    lineage="",
                    royalty_ppm=0,
                    parent_burden_ppm=None,
                    burden_ppm=0,
                )
                | Q(
                    parent__isnull=False,
                    lineage__in=Lineage.values,
                    parent_burden_ppm__isnull=False,
                    burden_ppm=F("parent_burden_ppm") + F("royalty_ppm"),
                ),
            ),
            models.CheckConstraint(
                name="version_burden_is_a_part", condition=Q(burden_ppm__lte=PPM)
            ),
            models.CheckConstraint(name="version_size", condition=Q(size_bytes__gte=0)),
            models.CheckConstraint(
                name="version_with_officers_has_a_deadline",
                condition=~Q(state__in=[ListingState.SUBMITTED, ListingState.IN_REVIEW])
                | Q(due_on__isnull=False),
            ),
        ]


class Proof(models.Model):
    """A number by which a right or a filing is known, with its paper.

    What was taken away keeps its row: a submission may name it.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    version = models.ForeignKey(AlgorithmVersion, models.PROTECT, related_name="proofs")
    kind = models.CharField(max_length=32, choices=PROOFS)
    number = models.CharField(max_length=64)
    file = models.ForeignKey("kernel.StoredFile", models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    file_name = models.CharField(max_length=150)
    was_scanned = models.BooleanField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "listings_proof"
        constraints = [
            models.UniqueConstraint(
                fields=["version", "kind", "number"],
                condition=Q(removed_at=None),
                name="proof_once_per_version",
            ),
        ]


class ListingSubmission(models.Model):
    """What was handed in, frozen: one round of a review."""

    version = models.ForeignKey(AlgorithmVersion, models.PROTECT, related_name="submissions")
    round = models.PositiveIntegerField()
    snapshot = models.JSONField()
    snapshot_sha256 = models.CharField(max_length=64)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    due_on = models.DateField()

    class Meta:
        db_table = "listings_submission"
        constraints = [
            models.UniqueConstraint(fields=["version", "round"], name="submission_round"),
            # What its decision copies down.
            models.UniqueConstraint(fields=["id", "submitted_by"], name="submission_maker"),
            models.CheckConstraint(name="submission_counted_from_one", condition=Q(round__gte=1)),
        ]


class ListingDecision(models.Model):
    """What a reviewer decided on a submission, once; who submitted it is copied down."""

    submission = models.OneToOneField(
        ListingSubmission, models.PROTECT, primary_key=True, related_name="decision"
    )
    submitted_by_id = models.BigIntegerField()
    outcome = models.CharField(max_length=16, choices=OUTCOMES)
    checklist = models.JSONField()
    reason = models.TextField(max_length=2000, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "listings_decision"
        constraints = [
            # What its certificate copies down.
            models.UniqueConstraint(fields=["submission", "outcome"], name="decision_outcome"),
            models.CheckConstraint(
                name="decision_four_eyes", condition=~Q(decided_by=F("submitted_by_id"))
            ),
            models.CheckConstraint(
                name="decision_refusal_says_why",
                condition=Q(outcome=Outcome.APPROVED) | ~Q(reason=""),
            ),
        ]


class SigningKey(models.Model):
    """A key that certificates were signed with; the public half is kept for ever."""

    kid = models.CharField(max_length=16, primary_key=True)
    public_key = models.BinaryField()
    first_used_at = models.DateTimeField()

    class Meta:
        db_table = "listings_signing_key"


class Certificate(models.Model):
    """The registration of a version: a signed document that is never edited.

    `document` is canonical JSON; `signature` is Ed25519 over it behind a fixed prefix.
    """

    decision = models.OneToOneField(
        ListingDecision, models.PROTECT, primary_key=True, related_name="certificate"
    )
    outcome = models.CharField(max_length=16, default=Outcome.APPROVED)
    version = models.OneToOneField(AlgorithmVersion, models.PROTECT, related_name="certificate")
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    number = models.CharField(max_length=32, unique=True)
    document = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    key = models.ForeignKey(SigningKey, models.PROTECT, related_name="+")
    signature = models.BinaryField()
    issued_at = models.DateTimeField()

    class Meta:
        db_table = "listings_certificate"
        constraints = [
            models.UniqueConstraint(fields=["year", "serial"], name="certificate_serial_of_year"),
            models.CheckConstraint(
                name="certificate_of_an_approval", condition=Q(outcome=Outcome.APPROVED)
            ),
            models.CheckConstraint(name="certificate_from_one", condition=Q(serial__gte=1)),
        ]


class StandingChange(models.Model):
    """A listing was suspended, put back or taken off, with the reason that everybody reads."""

    version = models.ForeignKey(AlgorithmVersion, models.PROTECT, related_name="standings")
    from_state = models.CharField(max_length=16, choices=STATES)
    to_state = models.CharField(max_length=16, choices=STATES)
    reason = models.TextField(max_length=2000)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "listings_standing_change"
        constraints = [
            models.CheckConstraint(
                name="standing_change_says_why",
                condition=~Q(reason="") & ~Q(from_state=F("to_state")),
            ),
        ]
