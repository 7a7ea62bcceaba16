"""What usage costs and who pays it: charges, their shares, counters and rating runs."""

from django.db import models

from kernel.identifiers import uuid7
from kernel.worlds import real_world, same_world


class RatingCounter(models.Model):
    """How much of a price's month has been rated for a tenant: the state behind every amount."""

    pk = models.CompositePrimaryKey("tenant_id", "price_id", "month")
    tenant_id = models.BigIntegerField()
    price_id = models.BigIntegerField()
    month = models.DateField()
    quantity = models.BigIntegerField(default=0)
    amount = models.BigIntegerField(default=0)

    class Meta:
        db_table = "rating_counter"
        constraints = [
            models.CheckConstraint(
                name="rating_counter_of_one_world", condition=same_world("tenant_id", "price_id")
            ),
        ]


class RatingRun(models.Model):
    """One transaction of rating for one tenant: when, and in which process of which host."""

    tenant_id = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    started_at = models.DateTimeField()
    host = models.CharField(max_length=200)
    pid = models.IntegerField()
    queue = models.CharField(max_length=64, blank=True)
    usage_count = models.IntegerField()

    class Meta:
        db_table = "rating_run"
        indexes = [models.Index(fields=["tenant_id", "id"], name="rating_run_tenant")]


class Charge(models.Model):
    """The price of one segment of one usage record.

    gross prices (quantity - quantity_in_kind) by the cumulative difference of its counter, and
    gross = discount + programme + tenant.
    """

    pk = models.CompositePrimaryKey("tenant_id", "recorded_month", "id")
    tenant_id = models.BigIntegerField()
    recorded_month = models.DateField()
    id = models.BigIntegerField()
    usage_id = models.BigIntegerField()
    segment_no = models.SmallIntegerField()
    revision = models.SmallIntegerField()
    usage_month = models.DateField()
    booked_month = models.DateField()
    segment_start = models.DateTimeField()
    segment_end = models.DateTimeField()
    price_id = models.BigIntegerField()
    project_id = models.BigIntegerField(null=True)
    cluster_id = models.BigIntegerField()
    quantity = models.BigIntegerField()
    quantity_in_kind = models.BigIntegerField()
    counter_before = models.BigIntegerField()
    gross = models.BigIntegerField()
    discount = models.BigIntegerField()
    programme = models.BigIntegerField()
    tenant = models.BigIntegerField()
    reverses_id = models.BigIntegerField(null=True)
    reverses_recorded_month = models.DateField(null=True)
    run_id = models.BigIntegerField()

    class Meta:
        db_table = "rating_charge"


class ChargeShare(models.Model):
    """Who pays how much of a charge now.

    Per charge, CNY shares sum to gross and card-time shares to quantity_in_kind. An award's share
    may be zero: the charge counted towards an exhausted award.
    """

    pk = models.CompositePrimaryKey(
        "tenant_id", "recorded_month", "charge_id", "payer_kind", "account_id"
    )
    tenant_id = models.BigIntegerField()
    recorded_month = models.DateField()
    charge_id = models.BigIntegerField()
    payer_kind = models.CharField(max_length=16)
    account_id = models.BigIntegerField()
    unit = models.TextField()
    amount = models.BigIntegerField()
    transaction_id = models.BigIntegerField()
    cause = models.TextField()

    class Meta:
        db_table = "rating_charge_share"


class RerateRequest(models.Model):
    """Mending a wrongly priced month: asked for with its effect, approved by somebody else."""

    tenant_id = models.BigIntegerField(null=True)
    month = models.DateField()
    reason = models.TextField()
    preview = models.JSONField()
    maker = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    approver = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    requested_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rating_rerate_request"
        constraints = [
            models.CheckConstraint(
                name="rerate_four_eyes",
                condition=models.Q(approver=None) | ~models.Q(approver=models.F("maker")),
            ),
            models.CheckConstraint(
                name="rerate_finished_only_when_approved",
                condition=models.Q(finished_at=None) | models.Q(approver__isnull=False),
            ),
        ]


class PriceDraftEffect(models.Model):
    """What a price draft would have changed for a tenant in the month before it was made.

    `quantity` is what the draft would have priced, in milli-card-milliseconds; the amounts are the
    tenant's gross of the whole month, in micro-yuan.
    """

    draft = models.ForeignKey("PriceDraft", models.PROTECT, related_name="+")
    tenant = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    quantity = models.DecimalField(max_digits=40, decimal_places=0)
    gross_before = models.BigIntegerField()
    gross_after = models.BigIntegerField()

    class Meta:
        db_table = "rating_price_draft_effect"
        constraints = [
            models.UniqueConstraint(fields=["draft", "tenant"], name="price_draft_effect_unique"),
            models.CheckConstraint(
                name="price_draft_effect_of_no_sandbox", condition=real_world("tenant")
            ),
        ]


class HoldCapture(models.Model):
    """What was set aside for a job and has paid a charge of it, in the account's unit.

    A part of the charge's share of that account; the rest of the share came from free money.
    """

    hold = models.ForeignKey("Hold", models.PROTECT, related_name="+")
    account = models.ForeignKey("LedgerAccount", models.PROTECT, related_name="+", db_index=False)
    tenant_id = models.BigIntegerField()
    recorded_month = models.DateField()
    charge_id = models.BigIntegerField()
    amount = models.BigIntegerField()
    transaction = models.ForeignKey(
        "LedgerTransaction", models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        db_table = "rating_hold_capture"
        constraints = [
            models.UniqueConstraint(
                fields=["hold", "account", "charge_id"], name="hold_capture_once"
            ),
            models.CheckConstraint(name="hold_capture_positive", condition=models.Q(amount__gt=0)),
        ]


class ExhaustedHold(models.Model):
    """A case: a running job that is covered no longer than up to `exhausted_at`.

    Its hold could not be extended, for want of money or because a budget stops it; or nobody asked
    and the job was seen to run on. It ends by itself: the hold was extended, the job has ended, or
    nothing was heard of the job any more.
    """

    class Cause(models.TextChoices):
        MONEY = "money"
        BUDGET = "budget"
        SILENCE = "silence"

    class State(models.TextChoices):
        OPEN = "open"
        EXTENDED = "extended"
        ENDED = "ended"
        LOST = "lost"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    hold = models.ForeignKey("Hold", models.PROTECT, related_name="+")
    cause = models.CharField(max_length=16, choices=Cause, default=Cause.MONEY)
    noted_at = models.DateTimeField()
    exhausted_at = models.DateTimeField()
    refused_at = models.DateTimeField(help_text="The last time that more was asked for.")
    refusals = models.PositiveIntegerField(default=1)
    asked_until = models.DateTimeField()
    shortfall = models.BigIntegerField(help_text="What was missing then, in micro-yuan.")
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    job_ended_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rating_exhausted_hold"
        constraints = [
            models.UniqueConstraint(
                fields=["hold"],
                name="exhausted_hold_one_open_case",
                condition=models.Q(state="open"),
            ),
            models.CheckConstraint(
                name="exhausted_hold_misses_something",
                condition=models.Q(asked_until__gt=models.F("exhausted_at"))
                & (
                    models.Q(cause="silence", shortfall=0, refusals=0)
                    | (~models.Q(cause="silence") & models.Q(shortfall__gt=0, refusals__gt=0))
                ),
            ),
            models.CheckConstraint(
                name="exhausted_hold_is_open_or_closed_at",
                condition=models.Q(state="open", closed_at=None)
                | (~models.Q(state="open") & models.Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="exhausted_hold_knows_the_end_of_its_job",
                condition=models.Q(state="ended", job_ended_at__isnull=False)
                | (~models.Q(state="ended") & models.Q(job_ended_at=None)),
            ),
        ]
