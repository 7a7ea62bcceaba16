import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kernel.identifiers


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_verification"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("kernel", "0002_billing_months"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="language",
            field=models.CharField(
                default="zh-hans", help_text="Of messages that are sent to him.", max_length=8
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("language__in", ("zh-hans", "en"))),
                name="accounts_user_language",
            ),
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                ("kind", models.CharField(max_length=32)),
                ("about", models.JSONField(help_text="References and figures.")),
                (
                    "subject",
                    models.CharField(
                        help_text="Whoever was told of it is told once.", max_length=100
                    ),
                ),
                ("in_inbox", models.BooleanField()),
                ("created_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "mail_state",
                    models.CharField(
                        choices=[
                            ("none", "None"),
                            ("waiting", "Waiting"),
                            ("sending", "Sending"),
                            ("sent", "Sent"),
                            ("failed", "Failed"),
                            ("lost", "Lost"),
                        ],
                        max_length=16,
                    ),
                ),
                ("mail_attempts", models.SmallIntegerField(default=0)),
                ("mail_next_at", models.DateTimeField(null=True)),
                ("mail_claimed_at", models.DateTimeField(null=True)),
                ("mail_sent_at", models.DateTimeField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "accounts_notification",
                "indexes": [
                    models.Index(
                        condition=models.Q(("in_inbox", True)),
                        fields=["user", "-id"],
                        name="notification_inbox",
                    ),
                    models.Index(
                        condition=models.Q(("in_inbox", True), ("read_at__isnull", True)),
                        fields=["user"],
                        name="notification_unread",
                    ),
                    models.Index(
                        condition=models.Q(("mail_state", "waiting")),
                        fields=["mail_next_at", "id"],
                        name="notification_mail_waiting",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "kind", "subject"), name="notification_told_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "bill_issued",
                                    "month_settled",
                                    "statement_issued",
                                    "claim_paid",
                                    "award_approved",
                                    "balance_low",
                                    "usage_rejected",
                                    "key_expiring",
                                    "key_created",
                                    "role_given",
                                    "webhook_disabled",
                                    "verification_decided",
                                    "deadline_near",
                                ],
                            )
                        ),
                        name="notification_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "mail_state__in",
                                ["none", "waiting", "sending", "sent", "failed", "lost"],
                            )
                        ),
                        name="notification_mail_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("mail_next_at__isnull", False), ("mail_state", "waiting")),
                            models.Q(
                                models.Q(("mail_state", "waiting"), _negated=True),
                                ("mail_next_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="notification_waiting_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("mail_state", "none"), _negated=True),
                            ("in_inbox", True),
                            _connector="OR",
                        ),
                        name="notification_is_told_somehow",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NotificationPreference",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=32)),
                ("channel", models.CharField(max_length=16)),
                ("is_wanted", models.BooleanField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notification_preferences",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "accounts_notification_preference",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "kind", "channel"), name="notification_preference_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "bill_issued",
                                    "month_settled",
                                    "statement_issued",
                                    "claim_paid",
                                    "award_approved",
                                    "balance_low",
                                    "usage_rejected",
                                    "key_expiring",
                                    "key_created",
                                    "role_given",
                                    "webhook_disabled",
                                    "verification_decided",
                                    "deadline_near",
                                ],
                            )
                        ),
                        name="notification_preference_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["inbox", "email"])),
                        name="notification_preference_channel",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WebhookEndpoint",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                ("url", models.CharField(max_length=500)),
                ("description", models.CharField(blank=True, max_length=100)),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        help_text="Empty: every kind.",
                        size=None,
                    ),
                ),
                ("secret_encrypted", models.TextField()),
                ("previous_encrypted", models.TextField(blank=True)),
                ("previous_until", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "failing_since",
                    models.DateTimeField(help_text="First failure after a success.", null=True),
                ),
                ("disabled_at", models.DateTimeField(null=True)),
                (
                    "disabled_reason",
                    models.CharField(
                        blank=True,
                        choices=[("person", "Person"), ("failing", "Failing"), ("gone", "Gone")],
                        max_length=16,
                    ),
                ),
                ("deleted_at", models.DateTimeField(null=True)),
                ("sending_until", models.DateTimeField(null=True)),
                (
                    "claimed_at",
                    models.DateTimeField(help_text="When something was last sent.", null=True),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="webhook_endpoints",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "accounts_webhook_endpoint",
                "indexes": [
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=["organisation"],
                        name="webhook_endpoint_live",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("disabled_at__isnull", True), ("disabled_reason", "")),
                            models.Q(
                                ("disabled_at__isnull", False),
                                models.Q(("disabled_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="webhook_endpoint_disabled_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("disabled_reason__in", ["", "person", "failing", "gone"])
                        ),
                        name="webhook_endpoint_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WebhookDelivery",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("delivered", "Delivered"),
                            ("dead", "Dead"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=16,
                    ),
                ),
                ("attempts", models.IntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("next_attempt_at", models.DateTimeField(null=True)),
                ("give_up_at", models.DateTimeField()),
                ("last_attempt_at", models.DateTimeField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                (
                    "failure",
                    models.CharField(
                        blank=True, help_text="Why the last one failed.", max_length=32
                    ),
                ),
                ("response_status", models.SmallIntegerField(null=True)),
                ("response_excerpt", models.CharField(blank=True, max_length=1024)),
                ("duration_ms", models.IntegerField(null=True)),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.outboxevent",
                    ),
                ),
                (
                    "endpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="accounts.webhookendpoint",
                    ),
                ),
            ],
            options={
                "db_table": "accounts_webhook_delivery",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["endpoint", "event"],
                        name="webhook_delivery_waiting",
                    ),
                    models.Index(fields=["endpoint", "id"], name="webhook_delivery_endpoint"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("endpoint", "event"), name="webhook_delivery_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["waiting", "delivered", "dead", "cancelled"])
                        ),
                        name="webhook_delivery_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("next_attempt_at__isnull", False), ("state", "waiting")),
                            models.Q(
                                models.Q(("state", "waiting"), _negated=True),
                                ("next_attempt_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="webhook_delivery_waiting_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "delivered"), _negated=True),
                            ("delivered_at__isnull", False),
                            _connector="OR",
                        ),
                        name="webhook_delivery_delivered_at",
                    ),
                ],
            },
        ),
    ]
