"""Tables of the kernel: explicit names, constraints in the database, no behaviour."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from kernel.identifiers import uuid7


class TsTzRange(Func):
    """The half-open range of two instants, as PostgreSQL's `tstzrange`."""

    function = "tstzrange"
    output_field = DateTimeRangeField()


class BillingMonth(models.Model):
    """A month of the books: cutting joins this table and never reckons borders anew.

    Rows are made once, from Asia/Shanghai, and never changed, because a changed border
    would silently re-cut the past.
    """

    month = models.DateField(primary_key=True, help_text="First day of the month.")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(help_text="Not included: the start of the next month.")

    class Meta:
        db_table = "kernel_billing_month"
        constraints = [
            models.CheckConstraint(
                condition=Q(month__day=1), name="kernel_billing_month_first_day"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="kernel_billing_month_ends_after"
            ),
            ExclusionConstraint(
                name="kernel_billing_month_no_overlap",
                expressions=[
                    (TsTzRange("starts_at", "ends_at", RangeBoundary()), RangeOperators.OVERLAPS)
                ],
            ),
        ]


class ActorKind(models.TextChoices):
    """Who did something."""

    USER = "user", "user"
    API_KEY = "api_key", "API key"
    SYSTEM = "system", "system"


class AuditEntry(models.Model):
    """One decision or act, by reference: never a name, an address or other personal data.

    `detail` holds references and figures; `detail_hash` is the SHA-256 of its canonical
    JSON and is what the seals cover. `before_hash` and `after_hash` are those of the object's
    state; `origin_hash` is that of the AuditOrigin, which may be deleted.
    """

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    occurred_at = models.DateTimeField(help_text="When it happened in the world.")
    recorded_at = models.DateTimeField(help_text="When it was written down.")
    actor_kind = models.CharField(max_length=16, choices=ActorKind.choices)
    actor_id = models.BigIntegerField(null=True, help_text="Null only for the system.")
    organisation_id = models.BigIntegerField(null=True, help_text="On whose behalf.")
    action = models.CharField(max_length=64)
    object_type = models.CharField(max_length=64)
    object_id = models.CharField(max_length=64)
    detail_hash = models.BinaryField(max_length=32)
    detail = models.JSONField(default=dict)
    before_hash = models.BinaryField(max_length=32, null=True)
    after_hash = models.BinaryField(max_length=32, null=True)
    origin_hash = models.BinaryField(max_length=32, null=True)

    class Meta:
        db_table = "kernel_audit_entry"
        constraints = [
            models.CheckConstraint(
                condition=Q(actor_kind__in=ActorKind.values), name="kernel_audit_entry_actor_kind"
            ),
            models.CheckConstraint(
                condition=Q(actor_kind="system") | Q(actor_id__isnull=False),
                name="kernel_audit_entry_actor_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["object_type", "object_id", "id"], name="kernel_audit_entry_object"
            ),
            models.Index(fields=["organisation_id", "id"], name="kernel_audit_entry_org"),
            models.Index(fields=["actor_kind", "actor_id", "id"], name="kernel_audit_entry_actor"),
            models.Index(
                fields=["action", "id"],
                name="kernel_audit_entry_action",
                opclasses=["varchar_pattern_ops", "int8_ops"],
            ),
            models.Index(fields=["recorded_at"], name="kernel_audit_entry_recorded"),
        ]


class AuditOrigin(models.Model):
    """From where an entry's actor acted: personal data, kept for months and then deleted.

    The entry holds a hash of salt, address and browser. Rows are deleted and never changed.
    """

    entry = models.OneToOneField(
        AuditEntry, primary_key=True, on_delete=models.PROTECT, related_name="origin"
    )
    salt = models.BinaryField(max_length=32)
    address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "kernel_audit_origin"
        indexes = [models.Index(fields=["recorded_at"], name="kernel_audit_origin_recorded")]


class Seal(models.Model):
    """A link of the hash chain over audit entries. Its head is printed on what leaves the house."""

    seal_no = models.BigIntegerField(primary_key=True, help_text="1, 2, 3 … without gaps.")
    prev_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)
    entry_count = models.IntegerField()
    sealed_at = models.DateTimeField()

    class Meta:
        db_table = "kernel_seal"
        constraints = [
            models.CheckConstraint(condition=Q(seal_no__gte=1), name="kernel_seal_number"),
            models.CheckConstraint(condition=Q(entry_count__gte=1), name="kernel_seal_not_empty"),
            models.UniqueConstraint(fields=["prev_hash"], name="kernel_seal_no_fork"),
        ]


class SealEntry(models.Model):
    """Which seal covers an entry, and where: an entry is sealed once."""

    entry = models.OneToOneField(
        AuditEntry, primary_key=True, on_delete=models.PROTECT, related_name="sealed"
    )
    seal = models.ForeignKey(
        Seal, on_delete=models.PROTECT, related_name="entries", db_column="seal_no", db_index=False
    )
    position = models.IntegerField()

    class Meta:
        db_table = "kernel_seal_entry"
        constraints = [
            models.UniqueConstraint(fields=["seal", "position"], name="kernel_seal_entry_position"),
            models.CheckConstraint(
                condition=Q(position__gte=1), name="kernel_seal_entry_position_positive"
            ),
        ]


class OutboxEvent(models.Model):
    """Something the world outside should hear, written in the transaction that made it true."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    kind = models.CharField(max_length=64)
    organisation_id = models.BigIntegerField(null=True, help_text="Who may hear it.")
    payload = models.JSONField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    dispatched_at = models.DateTimeField(null=True, help_text="Handed to the deliveries.")

    class Meta:
        db_table = "kernel_outbox_event"
        indexes = [
            models.Index(
                fields=["id"],
                name="kernel_outbox_event_waiting",
                condition=Q(dispatched_at__isnull=True),
            ),
        ]


class IdempotencyKey(models.Model):
    """The answer that was given to a key, written in the transaction of the effect."""

    pk = models.CompositePrimaryKey("scope", "key")
    scope = models.CharField(max_length=128, help_text="Caller and endpoint.")
    key = models.CharField(max_length=255)
    request_hash = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "kernel_idempotency_key"
        indexes = [models.Index(fields=["created_at"], name="kernel_idempotency_created")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__gte=200) & Q(status__lt=300),
                name="kernel_idempotency_key_success",
            ),
        ]


class StoredFile(models.Model):
    """A file by the hash of its bytes; where the bytes lie is the storage's affair."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    organisation_id = models.BigIntegerField(null=True, help_text="Whose file; null: the house's.")
    sha256 = models.CharField(max_length=64, help_text="Lower-case hexadecimal.")
    size_bytes = models.BigIntegerField()
    content_type = models.CharField(max_length=128)
    storage_key = models.CharField(max_length=255, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "kernel_stored_file"
        indexes = [models.Index(fields=["sha256"], name="kernel_stored_file_sha256")]
        constraints = [
            models.CheckConstraint(condition=Q(size_bytes__gte=0), name="kernel_stored_file_size"),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="kernel_stored_file_sha256_hex"
            ),
        ]
