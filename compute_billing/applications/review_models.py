"""Panels of an application, and what each reviewer says."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from compute_billing.applications.models import Application
from kernel.identifiers import uuid7


class Track(models.TextChoices):
    """How fast a panel answers. A stored value."""

    ORDINARY = "ordinary"
    TWO_HOURS = "two_hours"


class ScoreRule(models.TextChoices):
    """How the scores of a panel become one. A stored value."""

    MEDIAN = "median"
    AVERAGE = "average"


class Panel(models.Model):
    """A small panel of peers, drawn by `seed` from those without a conflict of interest."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="panels")
    instance = models.PositiveSmallIntegerField()
    track = models.CharField(max_length=16, choices=Track)
    track_reason = models.TextField(max_length=2000, blank=True)
    rule = models.CharField(max_length=16, choices=ScoreRule)
    size = models.PositiveSmallIntegerField()
    seed = models.CharField(max_length=64)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    convened_at = models.DateTimeField()
    score = models.PositiveSmallIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "applications_panel"
        constraints = [
            models.UniqueConstraint(
                fields=["application", "instance"], name="application_panel_once"
            ),
            models.UniqueConstraint(fields=["id", "officer"], name="application_panel_officer"),
            models.CheckConstraint(
                name="application_panel_small", condition=Q(size__gte=1, size__lte=9)
            ),
            models.CheckConstraint(
                name="application_panel_scored_when_closed",
                condition=Q(score=None, closed_at=None)
                | Q(score__gte=0, score__lte=100, closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="application_panel_fast_for_a_reason",
                condition=Q(track=Track.ORDINARY) | ~Q(track_reason=""),
            ),
        ]


class Review(models.Model):
    """One reviewer's part: asked, then scored once, or replaced by somebody else.

    The officer of the case is copied down from the panel, so that a CHECK can refuse him.
    """

    class State(models.TextChoices):
        """What became of it. A stored value."""

        ASKED = "asked"
        SCORED = "scored"
        DECLINED = "declined"
        SILENT = "silent"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    panel = models.ForeignKey(Panel, models.PROTECT, related_name="reviews")
    officer_id = models.BigIntegerField()
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    score = models.PositiveSmallIntegerField(null=True)
    words = models.TextField(max_length=2000, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "applications_review"
        constraints = [
            models.UniqueConstraint(fields=["panel", "reviewer"], name="application_review_once"),
            models.CheckConstraint(
                name="application_review_by_another", condition=~Q(reviewer=F("officer_id"))
            ),
            models.CheckConstraint(
                name="application_review_scored",
                condition=Q(state="scored", score__gte=0, score__lte=100, answered_at__isnull=False)
                | ~Q(state="scored") & Q(score=None),
            ),
        ]
