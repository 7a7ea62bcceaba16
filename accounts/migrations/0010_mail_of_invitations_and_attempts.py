"""Invitations wait for their e-mail, and each attempt of a webhook is kept."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_verification_terms"),
    ]

    operations = [
        migrations.AddField(
            model_name="invitation",
            name="mail_attempts",
            field=models.SmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="invitation",
            name="mail_claimed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="invitation",
            name="mail_next_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="invitation",
            name="mail_state",
            field=models.CharField(
                choices=[
                    ("none", "None"),
                    ("waiting", "Waiting"),
                    ("sending", "Sending"),
                    ("sent", "Sent"),
                    ("failed", "Failed"),
                    ("lost", "Lost"),
                ],
                default="none",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="token_encrypted",
            field=models.TextField(blank=True, help_text="Until its e-mail has left."),
        ),
        migrations.AddField(
            model_name="webhookendpoint",
            name="waits_until",
            field=models.DateTimeField(help_text="By its Retry-After.", null=True),
        ),
        migrations.AddIndex(
            model_name="invitation",
            index=models.Index(
                condition=models.Q(("mail_state", "waiting")),
                fields=["mail_next_at", "id"],
                name="accounts_invitation_mail",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("mail_state__in", ["none", "waiting", "sending", "sent", "failed", "lost"])
                ),
                name="accounts_invitation_mail_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("mail_next_at__isnull", False), ("mail_state", "waiting")),
                    models.Q(
                        models.Q(("mail_state", "waiting"), _negated=True),
                        ("mail_next_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="accounts_invitation_waiting_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("mail_state__in", ["waiting", "sending"]),
                        models.Q(("token_encrypted", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("mail_state__in", ["waiting", "sending"]), _negated=True),
                        ("token_encrypted", ""),
                    ),
                    _connector="OR",
                ),
                name="accounts_invitation_token_until_sent",
            ),
        ),
        migrations.CreateModel(
            name="WebhookAttempt",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.IntegerField(help_text="1, 2, 3 … of its delivery.")),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "failure",
                    models.CharField(blank=True, help_text="Empty: it was taken.", max_length=32),
                ),
                ("response_status", models.SmallIntegerField(null=True)),
                ("response_excerpt", models.CharField(blank=True, max_length=1024)),
                (
                    "retry_after_seconds",
                    models.IntegerField(help_text="As the receiver asked.", null=True),
                ),
                ("duration_ms", models.IntegerField(null=True)),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="made_attempts",
                        to="accounts.webhookdelivery",
                    ),
                ),
            ],
            options={
                "db_table": "accounts_webhook_attempt",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("delivery", "number"), name="webhook_attempt_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)), name="webhook_attempt_counts"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("duration_ms__isnull", True),
                                ("ended_at__isnull", True),
                                ("failure", ""),
                            ),
                            models.Q(("duration_ms__isnull", False), ("ended_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="webhook_attempt_ends_whole",
                    ),
                ],
            },
        ),
    ]
