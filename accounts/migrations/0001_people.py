"""People, organisations, roles and API keys."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import kernel.identifiers


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("kernel", "0001_foundation"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                (
                    "email",
                    models.EmailField(
                        help_text="Lower case; the login name.", max_length=254, unique=True
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=150)),
                (
                    "is_staff",
                    models.BooleanField(default=False, help_text="May enter the admin site."),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "db_table": "accounts_user",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("email", django.db.models.functions.text.Lower("email"))
                        ),
                        name="accounts_user_email_lower_case",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                (
                    "code",
                    models.SlugField(help_text="Short stable name.", max_length=64, unique=True),
                ),
                ("name", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("enterprise", "enterprise"),
                            ("university", "university"),
                            ("institute", "institute"),
                            ("operator", "operator"),
                            ("government", "government"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "uscc",
                    models.CharField(
                        help_text="统一社会信用代码 (GB 32100-2015).",
                        max_length=18,
                        null=True,
                        unique=True,
                    ),
                ),
                (
                    "size_class",
                    models.CharField(
                        choices=[
                            ("micro", "micro"),
                            ("small", "small"),
                            ("medium", "medium"),
                            ("large", "large"),
                        ],
                        max_length=8,
                        null=True,
                    ),
                ),
                ("verified_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "accounts_organisation",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ["enterprise", "university", "institute", "operator", "government"],
                            )
                        ),
                        name="accounts_organisation_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("size_class__in", ["micro", "small", "medium", "large"])
                        ),
                        name="accounts_organisation_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("uscc__regex", "^[0-9A-HJ-NPQRTUWXY]{18}$")),
                        name="accounts_organisation_uscc_form",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
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
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "accounts_membership",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("user", "organisation", "role"),
                        name="accounts_membership_one_live",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("role__in", ["owner", "finance", "developer", "seller", "viewer"])
                        ),
                        name="accounts_membership_role",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ended_at__gte", models.F("created_at"))),
                        name="accounts_membership_ends_after",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                ("name", models.CharField(max_length=100)),
                (
                    "prefix",
                    models.CharField(
                        help_text="Shown, to tell keys apart.", max_length=16, unique=True
                    ),
                ),
                (
                    "secret_hash",
                    models.BinaryField(help_text="SHA-256 of the whole key.", max_length=32),
                ),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32), size=None
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "last_used_at",
                    models.DateTimeField(help_text="Written at most every few minutes.", null=True),
                ),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="created_api_keys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="api_keys",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "accounts_api_key",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("scopes", []), _negated=True),
                        name="accounts_api_key_some_scope",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StaffRole",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("listing_reviewer", "listing reviewer"),
                            ("subsidy_officer", "subsidy officer"),
                            ("subsidy_approver", "subsidy approver"),
                            ("finance", "finance"),
                            ("operator", "operator"),
                            ("auditor", "auditor"),
                        ],
                        max_length=20,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "granted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="granted_staff_roles",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="staff_roles",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "accounts_staff_role",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("user", "role"),
                        name="accounts_staff_role_one_live",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                [
                                    "listing_reviewer",
                                    "subsidy_officer",
                                    "subsidy_approver",
                                    "finance",
                                    "operator",
                                    "auditor",
                                ],
                            )
                        ),
                        name="accounts_staff_role_role",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("granted_by__isnull", True),
                            models.Q(("granted_by", models.F("user")), _negated=True),
                            _connector="OR",
                        ),
                        name="accounts_staff_role_not_self_granted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ended_at__gte", models.F("created_at"))),
                        name="accounts_staff_role_ends_after",
                    ),
                ],
            },
        ),
    ]
