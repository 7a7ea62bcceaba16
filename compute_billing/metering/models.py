"""Usage as reported by the centres: who used how many cards, when, by whose report.

The four volume tables (usage_record, usage_pending here; charge, charge_share in rating) are made
by hand-written SQL, lead their keys with the tenant and take no foreign keys.
"""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models

from kernel.identifiers import uuid7
from kernel.worlds import same_world


class UsageSource(models.Model):
    """A reporter of usage: a scheduler, an exporter, a file drop."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    code = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    default_cluster = models.ForeignKey("Cluster", models.PROTECT, related_name="+")
    default_card_type = models.CharField(max_length=64, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    created_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "metering_usage_source"
        constraints = [
            models.CheckConstraint(
                name="usage_source_of_one_world", condition=same_world("id", "default_cluster")
            ),
        ]


class SourceAccountMapping(models.Model):
    """The source's account belongs to this tenant and project for a period of use."""

    source = models.ForeignKey(UsageSource, models.PROTECT, related_name="mappings")
    account = models.CharField(max_length=200)
    tenant = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    project = models.ForeignKey("Project", models.PROTECT, null=True, related_name="+")
    valid = DateTimeRangeField()

    class Meta:
        db_table = "metering_source_account_mapping"
        constraints = [
            ExclusionConstraint(
                name="source_account_has_one_tenant_at_a_time",
                expressions=[
                    ("source", RangeOperators.EQUAL),
                    ("account", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                name="source_account_of_one_world", condition=same_world("source", "tenant")
            ),
        ]


class UsageImport(models.Model):
    """One delivery of usage (a file, an HTTP batch) with what became of its records."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    source = models.ForeignKey(UsageSource, models.PROTECT, related_name="imports")
    format = models.CharField(max_length=32)
    origin = models.CharField(max_length=500, help_text="file name or API key prefix")
    measure = models.CharField(max_length=16)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    host = models.CharField(max_length=200)
    pid = models.IntegerField()
    accepted = models.BigIntegerField(default=0)
    duplicate = models.BigIntegerField(default=0)
    conflict = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    newest_use_at = models.DateTimeField(null=True, help_text="latest end of use that it told of")

    class Meta:
        db_table = "metering_usage_import"
        indexes = [models.Index(fields=["source", "-id"], name="usage_import_newest")]


class UsageKey(models.Model):
    """The memory of every key ever accepted: no tenant in it, so a job is billed to one only."""

    pk = models.CompositePrimaryKey("source_id", "external_id")
    source_id = models.BigIntegerField()
    external_id = models.TextField()
    payload_hash = models.BinaryField()
    tenant_id = models.BigIntegerField()
    usage_id = models.BigIntegerField()
    recorded_month = models.DateField()

    class Meta:
        db_table = "metering_usage_key"


class UsageConflict(models.Model):
    """The same key reported with other content: kept for a person, never applied."""

    source = models.ForeignKey(UsageSource, models.PROTECT, related_name="+")
    external_id = models.TextField()
    payload_hash = models.BinaryField()
    payload = models.TextField()
    parsed = models.JSONField(null=True, help_text="as read; unset where it came before 0007")
    first_import = models.ForeignKey(UsageImport, models.PROTECT, related_name="+")
    position = models.BigIntegerField()
    first_at = models.DateTimeField()
    times = models.BigIntegerField(default=1)
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "metering_usage_conflict"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id", "payload_hash"], name="usage_conflict_unique"
            ),
        ]


class ConflictResolution(models.Model):
    """What a person decided about a conflict; the records that followed are signed and stay."""

    class Decision(models.TextChoices):
        KEPT = "kept"
        CORRECTED = "corrected"

    conflict = models.OneToOneField(
        UsageConflict, models.PROTECT, primary_key=True, related_name="resolution"
    )
    decision = models.CharField(max_length=16, choices=Decision)
    reason = models.TextField()
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    taken_back_usage_id = models.BigIntegerField(null=True)
    recorded_usage_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "metering_conflict_resolution"
        constraints = [
            models.CheckConstraint(
                name="conflict_corrected_by_records",
                condition=models.Q(
                    decision="kept", taken_back_usage_id=None, recorded_usage_id=None
                )
                | models.Q(
                    decision="corrected",
                    taken_back_usage_id__isnull=False,
                    recorded_usage_id__isnull=False,
                ),
            ),
        ]


class UsageReject(models.Model):
    """A record that could not be accepted, with the reason; it claims no key and can be retried."""

    usage_import = models.ForeignKey(UsageImport, models.PROTECT, related_name="rejects")
    position = models.BigIntegerField()
    external_id = models.TextField(blank=True)
    account = models.TextField(blank=True)
    reason = models.CharField(max_length=64)
    field = models.CharField(max_length=64, blank=True)
    message = models.TextField(blank=True)
    payload = models.TextField()
    parsed = models.JSONField(null=True, help_text="set when the store refused what was readable")
    rejected_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolved_usage_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "metering_usage_reject"
        constraints = [
            models.UniqueConstraint(
                fields=["usage_import", "position"], name="usage_reject_once_per_import"
            ),
        ]
        indexes = [
            models.Index(
                fields=["reason", "account"],
                condition=models.Q(resolved_at=None),
                name="usage_reject_open",
            ),
        ]


class RetryRun(models.Model):
    """Rejects of a source that are to be tried again, and how far the workers have come.

    '' of a filter asks for any; `rejects` names single ones. Those that came after
    `newest_reject_id` are not tried. A worker holds the run until `leased_until`.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    source = models.ForeignKey(UsageSource, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=64, blank=True)
    field = models.CharField(max_length=64, blank=True)
    account = models.TextField(blank=True)
    rejects = ArrayField(models.BigIntegerField(), null=True)
    newest_reject_id = models.BigIntegerField()
    after_reject_id = models.BigIntegerField(default=0)
    total = models.BigIntegerField()
    tried = models.BigIntegerField(default=0)
    accepted = models.BigIntegerField(default=0)
    duplicate = models.BigIntegerField(default=0)
    conflict = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    asked_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "metering_retry_run"
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(finished_at=None), name="retry_run_open"
            ),
        ]


class Allocation(models.Model):
    """A job's frontier: until when it has been metered. Its row lock orders concurrent reports."""

    id = models.BigIntegerField(primary_key=True, help_text="usage id of its first record")
    source_id = models.BigIntegerField()
    key = models.TextField()
    tenant_id = models.BigIntegerField()
    metered_until = models.DateTimeField()
    metered_elapsed_ms = models.BigIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "metering_allocation"
        constraints = [
            models.UniqueConstraint(fields=["source_id", "key"], name="allocation_unique"),
            models.CheckConstraint(
                name="allocation_of_one_world", condition=same_world("source_id", "tenant_id")
            ),
        ]


class UsageRecord(models.Model):
    """A signed, append-only fact: these cards were in use by this tenant in [started, ended).

    `quantity` is milli-card-milliseconds: at most milli_cards times the duration, less when the
    job was suspended, negative when the record corrects another one.
    """

    pk = models.CompositePrimaryKey("tenant_id", "recorded_month", "id")
    tenant_id = models.BigIntegerField()
    recorded_month = models.DateField()
    id = models.BigIntegerField()
    project_id = models.BigIntegerField(null=True)
    source_id = models.BigIntegerField()
    external_id = models.TextField()
    allocation_id = models.BigIntegerField()
    cluster_id = models.BigIntegerField()
    meter_id = models.BigIntegerField()
    milli_cards = models.BigIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    quantity = models.BigIntegerField()
    corrects_id = models.BigIntegerField(null=True)
    licence_ref = models.UUIDField(null=True)
    import_id = models.BigIntegerField()
    position = models.BigIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "metering_usage_record"


class UsagePending(models.Model):
    """The queue of usage that waits to be rated; a parked row waits for a person."""

    pk = models.CompositePrimaryKey("tenant_id", "usage_id")
    tenant_id = models.BigIntegerField()
    usage_id = models.BigIntegerField()
    recorded_month = models.DateField()
    is_correction = models.BooleanField()
    parked_reason = models.TextField()

    class Meta:
        db_table = "metering_usage_pending"


class SourceTotals(models.Model):
    """What a source itself says was used in a month, by account; the newest word of it counts."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    source = models.ForeignKey(UsageSource, models.PROTECT, related_name="+")
    month = models.DateField()
    delivered_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    delivered_at = models.DateTimeField()

    class Meta:
        db_table = "metering_source_totals"
        indexes = [models.Index(fields=["source", "month", "-id"], name="source_totals_newest")]


class SourceTotalsLine(models.Model):
    """An account's card time of the month, in milli-card-milliseconds."""

    totals = models.ForeignKey(SourceTotals, models.PROTECT, related_name="lines")
    account = models.TextField()
    quantity = models.DecimalField(max_digits=40, decimal_places=0)

    class Meta:
        db_table = "metering_source_totals_line"
        constraints = [
            models.UniqueConstraint(
                fields=["totals", "account"], name="source_totals_account_once"
            ),
            models.CheckConstraint(
                name="source_totals_not_negative", condition=models.Q(quantity__gte=0)
            ),
        ]


class DifferenceResolution(models.Model):
    """A person explained a difference; it holds while both figures are what he has seen.

    Without a tenant it is of accounts that nobody has.
    """

    source = models.ForeignKey(UsageSource, models.PROTECT, related_name="+")
    month = models.DateField()
    tenant = models.ForeignKey("accounts.Organisation", models.PROTECT, null=True, related_name="+")
    stated = models.DecimalField(max_digits=40, decimal_places=0)
    recorded = models.DecimalField(max_digits=40, decimal_places=0)
    reason = models.TextField()
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "metering_difference_resolution"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "month", "tenant", "stated", "recorded"],
                nulls_distinct=False,
                name="difference_resolved_once",
            ),
            models.CheckConstraint(
                name="difference_of_one_world", condition=same_world("source", "tenant")
            ),
        ]
