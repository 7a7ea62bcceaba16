"""Tables of webhooks: endpoints of organisations, and a delivery per event and endpoint."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from kernel.identifiers import uuid7


class DisabledReason(models.TextChoices):
    """Why nothing is sent to an endpoint."""

    PERSON = "person"
    FAILING = "failing"
    GONE = "gone"


class WebhookEndpoint(models.Model):
    """An address of an organisation's own program. Its secrets are encrypted where they lie.

    After a rotation the previous secret signs as well, until `previous_until`. A worker holds
    the endpoint until `sending_until`: its deliveries leave one after the other. Nothing leaves
    before `waits_until` either: so long the receiver asked to be left alone.
    """

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, related_name="webhook_endpoints"
    )
    url = models.CharField(max_length=500)
    description = models.CharField(max_length=100, blank=True)
    kinds = ArrayField(models.CharField(max_length=64), help_text="Empty: every kind.")
    secret_encrypted = models.TextField()
    previous_encrypted = models.TextField(blank=True)
    previous_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    failing_since = models.DateTimeField(null=True, help_text="First failure after a success.")
    disabled_at = models.DateTimeField(null=True)
    disabled_reason = models.CharField(max_length=16, choices=DisabledReason.choices, blank=True)
    deleted_at = models.DateTimeField(null=True)
    sending_until = models.DateTimeField(null=True)
    waits_until = models.DateTimeField(null=True, help_text="By its Retry-After.")
    claimed_at = models.DateTimeField(null=True, help_text="When something was last sent.")

    class Meta:
        db_table = "accounts_webhook_endpoint"
        constraints = [
            models.CheckConstraint(
                condition=Q(disabled_at__isnull=True, disabled_reason="")
                | (Q(disabled_at__isnull=False) & ~Q(disabled_reason="")),
                name="webhook_endpoint_disabled_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(disabled_reason__in=["", *DisabledReason.values]),
                name="webhook_endpoint_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation"],
                condition=Q(deleted_at__isnull=True),
                name="webhook_endpoint_live",
            )
        ]


class DeliveryState(models.TextChoices):
    """Where a delivery is."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"
    CANCELLED = "cancelled"


class WebhookDelivery(models.Model):
    """An event on its way to an endpoint, tried until it is heard or given up.

    `attempts` is counted when an attempt begins. What was answered is that of the last one.
    """

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.PROTECT, related_name="deliveries"
    )
    event = models.ForeignKey("kernel.OutboxEvent", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=DeliveryState.choices)
    attempts = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(null=True)
    give_up_at = models.DateTimeField()
    last_attempt_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=32, blank=True, help_text="Why the last one failed.")
    response_status = models.SmallIntegerField(null=True)
    response_excerpt = models.CharField(max_length=1024, blank=True)
    duration_ms = models.IntegerField(null=True)

    class Meta:
        db_table = "accounts_webhook_delivery"
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event"], name="webhook_delivery_once"),
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values), name="webhook_delivery_state"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", next_attempt_at__isnull=False)
                | (~Q(state="waiting") & Q(next_attempt_at__isnull=True)),
                name="webhook_delivery_waiting_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="delivered") | Q(delivered_at__isnull=False),
                name="webhook_delivery_delivered_at",
            ),
        ]
        indexes = [
            models.Index(
                fields=["endpoint", "event"],
                condition=Q(state="waiting"),
                name="webhook_delivery_waiting",
            ),
            models.Index(fields=["endpoint", "id"], name="webhook_delivery_endpoint"),
        ]


class WebhookAttempt(models.Model):
    """One call of a delivery: begun when it is claimed, ended with what came of it.

    One without an end is under way, or its sender died and nobody knows what came of it.
    """

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(
        WebhookDelivery, on_delete=models.CASCADE, related_name="made_attempts"
    )
    number = models.IntegerField(help_text="1, 2, 3 … of its delivery.")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=32, blank=True, help_text="Empty: it was taken.")
    response_status = models.SmallIntegerField(null=True)
    response_excerpt = models.CharField(max_length=1024, blank=True)
    retry_after_seconds = models.IntegerField(null=True, help_text="As the receiver asked.")
    duration_ms = models.IntegerField(null=True)

    class Meta:
        db_table = "accounts_webhook_attempt"
        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="webhook_attempt_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="webhook_attempt_counts"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, duration_ms__isnull=True, failure="")
                | Q(ended_at__isnull=False, duration_ms__isnull=False),
                name="webhook_attempt_ends_whole",
            ),
        ]
