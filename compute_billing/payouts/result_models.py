"""Tables of what banks answered to the files of runs."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from compute_billing.payouts.models import PayoutRun


class ResultFile(models.Model):
    """What a bank answered to a run's file; who proposed the run is copied down."""

    run = models.ForeignKey(PayoutRun, models.PROTECT, related_name="results")
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    run_maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    imported_at = models.DateTimeField()

    class Meta:
        db_table = "payouts_result_file"
        constraints = [
            models.CheckConstraint(
                name="payout_result_four_eyes", condition=~Q(imported_by=F("run_maker"))
            ),
        ]


class Verdict(models.TextChoices):
    """What became of a line of an answer."""

    APPLIED = "applied"
    KNOWN = "known"
    UNKNOWN = "unknown"
    CONFLICT = "conflict"
    UNREADABLE = "unreadable"


class ResultLine(models.Model):
    """A line of a bank's answer, and what became of it."""

    file = models.ForeignKey(ResultFile, models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    number = models.CharField(max_length=32, blank=True)
    verdict = models.CharField(max_length=16, choices=Verdict)
    text = models.CharField(max_length=500)

    class Meta:
        db_table = "payouts_result_line"
        constraints = [
            models.UniqueConstraint(fields=["file", "position"], name="payout_result_line_once"),
        ]
