"""Invitations: an offer of a role to whoever has an e-mail address."""

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import kernel.identifiers


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_addresses"),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                (
                    "email",
                    models.EmailField(
                        help_text="Lower case; only who has it may accept.", max_length=254
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("owner", "owner"),
                            ("finance", "finance"),
                            ("developer", "developer"),
                            ("seller", "seller"),
                            ("viewer", "viewer"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "token_hash",
                    models.BinaryField(
                        help_text="SHA-256 of the token.", max_length=32, unique=True
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "invited_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sent_invitations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "accounts_invitation",
                "indexes": [models.Index(fields=["email"], name="accounts_invitation_email")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("accepted_at__isnull", True), ("revoked_at__isnull", True)
                        ),
                        fields=("organisation", "email", "role"),
                        name="accounts_invitation_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("email", django.db.models.functions.text.Lower("email"))
                        ),
                        name="accounts_invitation_email_lower_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("role__in", ["owner", "finance", "developer", "seller", "viewer"])
                        ),
                        name="accounts_invitation_role",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))),
                        name="accounts_invitation_expires_after",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("accepted_at__isnull", True),
                            ("revoked_at__isnull", True),
                            _connector="OR",
                        ),
                        name="accounts_invitation_ends_once",
                    ),
                ],
            },
        ),
    ]
