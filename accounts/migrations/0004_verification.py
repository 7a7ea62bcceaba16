"""Verification of organisations: cases, papers, payments, and what officers decided."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kernel.identifiers
import kernel.migration_operations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_invitations"),
        ("kernel", "0001_foundation"),
    ]

    operations = [
        migrations.CreateModel(
            name="Verification",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("submitted", "submitted"),
                            ("withdrawn", "withdrawn"),
                            ("returned", "returned"),
                            ("approved", "approved"),
                            ("rejected", "rejected"),
                        ],
                        max_length=16,
                    ),
                ),
                ("uscc", models.CharField(blank=True, max_length=18)),
                ("registered_name", models.CharField(blank=True, max_length=200)),
                ("industry", models.CharField(blank=True, max_length=32)),
                ("employees", models.IntegerField(null=True)),
                (
                    "revenue_yuan",
                    models.BigIntegerField(
                        help_text="营业收入 of the year, whole yuan.", null=True
                    ),
                ),
                (
                    "assets_yuan",
                    models.BigIntegerField(help_text="资产总额 at its end, whole yuan.", null=True),
                ),
                (
                    "figures_year",
                    models.SmallIntegerField(help_text="Year that the figures are of.", null=True),
                ),
                (
                    "declaration",
                    models.CharField(
                        blank=True,
                        choices=[("", ""), ("none", "none"), ("named", "named")],
                        max_length=8,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "submitted_at",
                    models.DateTimeField(help_text="When it was submitted last.", null=True),
                ),
                (
                    "due_on",
                    models.DateField(
                        help_text="Last working day of the term to decide.", null=True
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="verifications",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "accounts_verification",
                "indexes": [
                    models.Index(fields=["state", "due_on"], name="accounts_verification_queue")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "draft",
                                    "submitted",
                                    "withdrawn",
                                    "returned",
                                    "approved",
                                    "rejected",
                                ],
                            )
                        ),
                        name="accounts_verification_state",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["approved", "rejected"]), _negated=True),
                        fields=("organisation",),
                        name="accounts_verification_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("uscc__regex", "^([0-9A-HJ-NPQRTUWXY]{18})?$")),
                        name="accounts_verification_uscc_form",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "industry__in",
                                [
                                    "",
                                    "agriculture",
                                    "manufacturing",
                                    "construction",
                                    "wholesale",
                                    "retail",
                                    "transport",
                                    "warehousing",
                                    "post",
                                    "lodging",
                                    "catering",
                                    "information",
                                    "software",
                                    "real_estate",
                                    "property_management",
                                    "leasing_and_business",
                                    "other",
                                ],
                            )
                        ),
                        name="accounts_verification_industry",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("employees__gte", 0), ("revenue_yuan__gte", 0), ("assets_yuan__gte", 0)
                        ),
                        name="accounts_verification_figures",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("declaration__in", ["", "none", "named"])),
                        name="accounts_verification_declaration",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "submitted"), _negated=True),
                            ("due_on__isnull", False),
                            _connector="OR",
                        ),
                        name="accounts_verification_due",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RelatedParty",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                ("uscc", models.CharField(max_length=18)),
                ("registered_name", models.CharField(max_length=200)),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("parent", "parent"),
                            ("subsidiary", "subsidiary"),
                            ("common_control", "common control"),
                            ("significant_influence", "significant influence"),
                            ("key_management", "key management"),
                            ("other", "other"),
                        ],
                        max_length=32,
                    ),
                ),
                (
                    "verification",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="related_parties",
                        to="accounts.verification",
                    ),
                ),
            ],
            options={
                "db_table": "accounts_related_party",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("verification", "uscc", "relation"),
                        name="accounts_related_party_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "relation__in",
                                [
                                    "parent",
                                    "subsidiary",
                                    "common_control",
                                    "significant_influence",
                                    "key_management",
                                    "other",
                                ],
                            )
                        ),
                        name="accounts_related_party_relation",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("uscc__regex", "^([0-9A-HJ-NPQRTUWXY]{18})?$"),
                            models.Q(("uscc", ""), _negated=True),
                        ),
                        name="accounts_related_party_uscc",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VerificationDocument",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("licence", "licence"),
                            ("authorisation", "authorisation"),
                            ("accounts", "accounts"),
                            ("staff", "staff"),
                            ("other", "other"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "file_name",
                    models.CharField(
                        help_text="As it was called where it came from.", max_length=150
                    ),
                ),
                (
                    "scan",
                    models.CharField(
                        choices=[("not_scanned", "not scanned"), ("clean", "clean")], max_length=16
                    ),
                ),
                ("uploaded_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.storedfile",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "verification",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="accounts.verification",
                    ),
                ),
            ],
            options={
                "db_table": "accounts_verification_document",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["licence", "authorisation", "accounts", "staff", "other"])
                        ),
                        name="accounts_verification_document_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("scan__in", ["not_scanned", "clean"])),
                        name="accounts_verification_document_scan",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VerificationPayment",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "requested"),
                            ("sent", "sent"),
                            ("confirmed", "confirmed"),
                            ("failed", "failed"),
                            ("expired", "expired"),
                            ("bounced", "bounced"),
                            ("cancelled", "cancelled"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "holder",
                    models.CharField(
                        help_text="The registered name when asked for.", max_length=200
                    ),
                ),
                ("bank", models.CharField(max_length=100)),
                ("branch", models.CharField(blank=True, max_length=150)),
                ("account_number_encrypted", models.TextField()),
                (
                    "account_number_end",
                    models.CharField(help_text="Shown, to tell accounts apart.", max_length=4),
                ),
                (
                    "amount_fen",
                    models.SmallIntegerField(
                        help_text="Shown to those who pay, and to nobody else."
                    ),
                ),
                ("tries", models.SmallIntegerField(default=0)),
                ("requested_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("bank_reference", models.CharField(blank=True, max_length=64)),
                ("expires_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "verification",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="accounts.verification",
                    ),
                ),
            ],
            options={
                "db_table": "accounts_verification_payment",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "requested",
                                    "sent",
                                    "confirmed",
                                    "failed",
                                    "expired",
                                    "bounced",
                                    "cancelled",
                                ],
                            )
                        ),
                        name="accounts_verification_payment_state",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["requested", "sent"])),
                        fields=("verification",),
                        name="accounts_verification_payment_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen__gte", 1), ("amount_fen__lte", 99)),
                        name="accounts_verification_payment_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tries__gte", 0), ("tries__lte", 3)),
                        name="accounts_verification_payment_tries",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("expires_at__isnull", True),
                                ("sent_at__isnull", True),
                                ("sent_by__isnull", True),
                            ),
                            models.Q(
                                ("expires_at__gt", models.F("sent_at")),
                                ("sent_at__isnull", False),
                                ("sent_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="accounts_verification_payment_sent_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["sent", "confirmed", "failed", "expired"]),
                                _negated=True,
                            ),
                            ("sent_at__isnull", False),
                            _connector="OR",
                        ),
                        name="accounts_verification_payment_sent_first",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sent_by__isnull", True),
                            models.Q(("sent_by", models.F("requested_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="accounts_verification_payment_four_eyes",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VerificationSubmission",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.SmallIntegerField(help_text="1, 2, 3 … of its case.")),
                ("snapshot", models.JSONField()),
                (
                    "snapshot_hash",
                    models.BinaryField(help_text="SHA-256 of the canonical JSON.", max_length=32),
                ),
                ("submitted_at", models.DateTimeField()),
                ("due_on", models.DateField()),
                (
                    "submitted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "verification",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="submissions",
                        to="accounts.verification",
                    ),
                ),
            ],
            options={
                "db_table": "accounts_verification_submission",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("verification", "number"),
                        name="accounts_verification_submission_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)),
                        name="accounts_verification_submission_counts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VerificationDecision",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("approved", "approved"),
                            ("returned", "returned"),
                            ("rejected", "rejected"),
                        ],
                        max_length=16,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=1000)),
                (
                    "step_reasons",
                    models.JSONField(default=dict, help_text="What to mend, by step."),
                ),
                ("decided_at", models.DateTimeField()),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "submission",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decision",
                        to="accounts.verificationsubmission",
                    ),
                ),
            ],
            options={
                "db_table": "accounts_verification_decision",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["approved", "returned", "rejected"])),
                        name="accounts_verification_decision_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decided_by", models.F("submitted_by")), _negated=True),
                        name="accounts_verification_decision_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome", "approved"),
                            models.Q(("reason", ""), _negated=True),
                            models.Q(("step_reasons", {}), _negated=True),
                            _connector="OR",
                        ),
                        name="accounts_verification_decision_reasoned",
                    ),
                ],
            },
        ),
        kernel.migration_operations.AppendOnly(
            table="accounts_verification_submission",
        ),
        kernel.migration_operations.AppendOnly(
            table="accounts_verification_decision",
        ),
    ]
