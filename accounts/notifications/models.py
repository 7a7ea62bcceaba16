"""Tables of notifications: what each person was told, and what he wants to be told."""

from django.db import models
from django.db.models import Q

from accounts.notifications.kinds import Channel
from kernel.identifiers import uuid7
from kernel.worlds import real_world

# Which kinds there are is said by code alone (`Kind`), whose one writer takes nothing else: a list
# in the database as well would be a migration for each new kind.
KIND_WELL_FORMED = Q(kind__regex=r"^[a-z]+(_[a-z]+)*$")


class MailState(models.TextChoices):
    """Where the e-mail of a notification is. `lost`: the sender died; nobody knows if it left."""

    NONE = "none"
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    LOST = "lost"


class Notification(models.Model):
    """What one person was told: a kind and references; its words are made when it is read."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    user = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="notifications"
    )
    organisation = models.ForeignKey(
        "accounts.Organisation", null=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=32)
    about = models.JSONField(help_text="References and figures.")
    subject = models.CharField(max_length=100, help_text="Whoever was told of it is told once.")
    in_inbox = models.BooleanField()
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mail_state = models.CharField(max_length=16, choices=MailState.choices)
    mail_attempts = models.SmallIntegerField(default=0)
    mail_next_at = models.DateTimeField(null=True)
    mail_claimed_at = models.DateTimeField(null=True)
    mail_sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "accounts_notification"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "subject"], name="notification_told_once"
            ),
            models.CheckConstraint(condition=KIND_WELL_FORMED, name="notification_kind"),
            models.CheckConstraint(
                condition=real_world("organisation"), name="notification_of_no_sandbox"
            ),
            models.CheckConstraint(
                condition=Q(mail_state__in=MailState.values), name="notification_mail_state"
            ),
            models.CheckConstraint(
                condition=Q(mail_state="waiting", mail_next_at__isnull=False)
                | (~Q(mail_state="waiting") & Q(mail_next_at__isnull=True)),
                name="notification_waiting_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(mail_state="none") | Q(in_inbox=True),
                name="notification_is_told_somehow",
            ),
        ]
        indexes = [
            models.Index(
                fields=["user", "-id"], condition=Q(in_inbox=True), name="notification_inbox"
            ),
            models.Index(
                fields=["user"],
                condition=Q(in_inbox=True, read_at__isnull=True),
                name="notification_unread",
            ),
            models.Index(
                fields=["mail_next_at", "id"],
                condition=Q(mail_state="waiting"),
                name="notification_mail_waiting",
            ),
        ]


class NotificationPreference(models.Model):
    """That somebody wants, or does not want, to be told of a kind in a way."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="notification_preferences"
    )
    kind = models.CharField(max_length=32)
    channel = models.CharField(max_length=16)
    is_wanted = models.BooleanField()

    class Meta:
        db_table = "accounts_notification_preference"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "channel"], name="notification_preference_unique"
            ),
            models.CheckConstraint(condition=KIND_WELL_FORMED, name="notification_preference_kind"),
            models.CheckConstraint(
                condition=Q(channel__in=[channel.value for channel in Channel]),
                name="notification_preference_channel",
            ),
        ]
