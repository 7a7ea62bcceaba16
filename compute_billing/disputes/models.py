"""Disputes about use: what is doubted, who answered what, and the papers of both sides."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from compute_billing.disputes.states import DisputeState
from kernel.identifiers import uuid7
from kernel.worlds import same_world

STATES = [(state.value, state.value) for state in DisputeState]


class Reason(models.TextChoices):
    """What is wrong with the use, in the buyer's eyes. A stored value: never rename one."""

    DID_NOT_RUN = "did_not_run"
    FAILED = "failed"
    WRONG_TIME = "wrong_time"
    WRONG_CARDS = "wrong_cards"
    TWICE = "twice"
    NOT_OURS = "not_ours"
    OTHER = "other"


class UsageDispute(models.Model):
    """A buyer doubts one record of use, or a span of it; it is disputed once.

    `gross` and `tenant` are micro-yuan of the whole record, net of corrections, when the dispute
    was opened and when it was settled; `disputed_micro` is the tenant's part of the span.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    tenant = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    operator = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    source = models.ForeignKey("compute_billing.UsageSource", models.PROTECT, related_name="+")
    external_id = models.CharField(max_length=200)
    usage_id = models.BigIntegerField()
    recorded_month = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=32, choices=Reason)
    words = models.TextField(max_length=2000)
    state = models.CharField(max_length=16, choices=STATES, default=DisputeState.OPEN)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    due_on = models.DateField(help_text="Last day for whoever has to answer now.")
    gross_before = models.BigIntegerField()
    tenant_before = models.BigIntegerField()
    disputed_micro = models.BigIntegerField()
    escalated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    escalated_at = models.DateTimeField(null=True)
    escalation_words = models.TextField(max_length=2000, blank=True)
    gross_after = models.BigIntegerField(null=True)
    tenant_after = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "disputes_usage_dispute"
        indexes = [
            models.Index(fields=["tenant", "-id"], name="usage_dispute_of_tenant"),
            models.Index(fields=["state", "due_on"], name="usage_dispute_by_deadline"),
        ]
        constraints = [
            # What answers copy down.
            models.UniqueConstraint(
                fields=["id", "opened_by"], name="usage_dispute_and_its_opener"
            ),
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=~Q(state=DisputeState.WITHDRAWN),
                name="usage_dispute_once_per_record",
            ),
            models.CheckConstraint(
                name="usage_dispute_has_a_span", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="usage_dispute_settled_with_amounts",
                condition=~Q(state=DisputeState.SETTLED)
                | Q(gross_after__isnull=False, tenant_after__isnull=False, closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="usage_dispute_escalated_by_somebody",
                condition=~Q(state__in=[DisputeState.ESCALATED, DisputeState.UPHELD])
                | Q(escalated_by__isnull=False, escalated_at__isnull=False),
            ),
            models.CheckConstraint(
                name="usage_dispute_of_one_world",
                condition=same_world("tenant", "operator", "source"),
            ),
        ]


class Level(models.TextChoices):
    """Who answers: the operator, then the house's finance officer."""

    OPERATOR = "operator"
    HOUSE = "house"


class Verdict(models.TextChoices):
    """What is answered."""

    GRANTED = "granted"
    PARTLY = "partly"
    REJECTED = "rejected"


class UsageDisputeAnswer(models.Model):
    """An answer, once per level, by somebody who neither asked nor answered before."""

    dispute = models.ForeignKey(UsageDispute, models.PROTECT, related_name="answers")
    level = models.CharField(max_length=16, choices=Level)
    verdict = models.CharField(max_length=16, choices=Verdict)
    words = models.TextField(max_length=2000)
    # Copied down by composite keys, so that one row can say that these are three people.
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    first_level = models.CharField(max_length=16, blank=True)
    first_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()
    escalable_until = models.DateField(null=True)

    class Meta:
        db_table = "disputes_usage_dispute_answer"
        constraints = [
            models.UniqueConstraint(
                fields=["dispute", "level"], name="usage_dispute_answered_once_per_level"
            ),
            models.CheckConstraint(
                name="usage_dispute_answer_by_another",
                condition=~Q(answered_by=F("opened_by"))
                & (Q(first_by=None) | ~Q(answered_by=F("first_by"))),
            ),
            models.CheckConstraint(
                name="usage_dispute_answer_of_its_level",
                condition=Q(level=Level.OPERATOR, first_level="", first_by=None)
                | Q(level=Level.HOUSE, first_level=Level.OPERATOR, first_by__isnull=False),
            ),
            # What `first_by` is copied from.
            models.UniqueConstraint(
                fields=["dispute", "level", "answered_by"],
                name="usage_dispute_answer_and_its_giver",
            ),
        ]


class UsageDisputeGrant(models.Model):
    """A span that an answer grants, and the signed record that takes it back.

    There are several where the house grants what is left on both sides of the operator's part.
    """

    answer = models.ForeignKey(UsageDisputeAnswer, models.PROTECT, related_name="grants")
    position = models.PositiveSmallIntegerField()
    granted_from = models.DateTimeField()
    granted_until = models.DateTimeField()
    correction = models.CharField(max_length=300)
    correction_usage_id = models.BigIntegerField()

    class Meta:
        db_table = "disputes_usage_dispute_grant"
        constraints = [
            models.UniqueConstraint(
                fields=["answer", "position"], name="usage_dispute_grant_in_its_place"
            ),
            models.UniqueConstraint(
                fields=["correction_usage_id"], name="usage_dispute_grant_corrects_once"
            ),
            models.CheckConstraint(
                name="usage_dispute_grant_has_a_span",
                condition=Q(granted_until__gt=F("granted_from")),
            ),
        ]


class Side(models.TextChoices):
    """Whose paper it is."""

    BUYER = "buyer"
    DESK = "desk"


class UsageDisputeFile(models.Model):
    """A paper that one side gave to a dispute."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    dispute = models.ForeignKey(UsageDispute, models.PROTECT, related_name="files")
    side = models.CharField(max_length=16, choices=Side)
    file = models.ForeignKey("kernel.StoredFile", models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=150)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        db_table = "disputes_usage_dispute_file"


class UsageDisputeReminder(models.Model):
    """That somebody was reminded of a deadline: a row that can be inserted once."""

    dispute = models.ForeignKey(UsageDispute, models.PROTECT, related_name="reminders")
    due_on = models.DateField()
    is_overdue = models.BooleanField()
    told_at = models.DateTimeField()

    class Meta:
        db_table = "disputes_usage_dispute_reminder"
        constraints = [
            models.UniqueConstraint(
                fields=["dispute", "due_on", "is_overdue"], name="usage_dispute_reminded_once"
            ),
        ]
