"""Versions of programmes: what was proposed, what became of it, and what was in force when."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import F, Func, Q

from kernel.identifiers import uuid7


class Origin(models.TextChoices):
    """Where a version came from. A stored value: never rename one."""

    LIBRARY = "library"
    OFFICER = "officer"


class ProgrammeVersion(models.Model):
    """One version of one programme, as somebody proposed it; it is never edited.

    `document` is the canonical text whose hash is `sha256`. `published_sha256` is the hash of the
    library's text that it was made from, so that loading the library again makes nothing.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    code = models.SlugField(max_length=64)
    number = models.PositiveIntegerField()
    document = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    evaluator = models.PositiveSmallIntegerField()
    origin = models.CharField(max_length=16, choices=Origin)
    published_sha256 = models.CharField(max_length=64, blank=True)
    reason = models.TextField(max_length=2000)
    maker = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        db_table = "programmes_version"
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="programme_version_number"),
            models.UniqueConstraint(
                fields=["code", "published_sha256"],
                condition=Q(origin=Origin.LIBRARY),
                name="programme_version_loaded_once",
            ),
            # What its decision and its term copy down.
            models.UniqueConstraint(fields=["id", "maker"], name="programme_version_maker"),
            models.UniqueConstraint(fields=["id", "code"], name="programme_version_code"),
            models.CheckConstraint(
                name="programme_version_counted_from_one", condition=Q(number__gte=1)
            ),
            models.CheckConstraint(
                name="programme_version_of_the_library_says_which",
                condition=Q(origin=Origin.LIBRARY) & ~Q(published_sha256="")
                | Q(origin=Origin.OFFICER, published_sha256=""),
            ),
        ]


class ProgrammeVersionDecision(models.Model):
    """What became of a version, once: activated by somebody else, or withdrawn before it was.

    `maker_id` is copied from the version by a composite foreign key, so that four eyes are a CHECK.
    """

    class Decision(models.TextChoices):
        ACTIVATED = "activated"
        WITHDRAWN = "withdrawn"

    version = models.OneToOneField(
        ProgrammeVersion, models.PROTECT, primary_key=True, related_name="decision"
    )
    maker_id = models.BigIntegerField()
    decision = models.CharField(max_length=16, choices=Decision)
    decider = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    reason = models.TextField(max_length=2000)
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "programmes_version_decision"
        constraints = [
            models.UniqueConstraint(
                fields=["version", "decision"], name="programme_version_decided_as"
            ),
            models.CheckConstraint(
                name="programme_version_four_eyes",
                condition=~Q(decision="activated") | ~Q(decider=F("maker_id")),
            ),
        ]


class ProgrammeTerm(models.Model):
    """From when until when a version is in force; at one instant one version of a programme is.

    Only its end is ever set, once. `decision` says activated: what was not has no term.
    """

    version = models.OneToOneField(
        ProgrammeVersion, models.PROTECT, primary_key=True, related_name="term"
    )
    code = models.SlugField(max_length=64)
    decision = models.CharField(max_length=16, default="activated")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    ended_because = models.TextField(max_length=2000, blank=True)

    class Meta:
        db_table = "programmes_term"
        constraints = [
            ExclusionConstraint(
                name="programme_one_version_in_force",
                expressions=[
                    ("code", "="),
                    (
                        Func(
                            "starts_at",
                            "ends_at",
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        "&&",
                    ),
                ],
            ),
            models.CheckConstraint(
                name="programme_term_of_an_activated_version", condition=Q(decision="activated")
            ),
            models.CheckConstraint(
                name="programme_term_ended_by_somebody",
                condition=Q(ends_at=None, ended_by=None, ended_because="")
                | Q(ends_at__gt=F("starts_at"), ended_by__isnull=False) & ~Q(ended_because=""),
            ),
        ]
