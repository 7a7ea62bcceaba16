"""Applications for subsidies, what is decided on them, and counters of caps."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import compute_billing.applications.states
import kernel.identifiers
from kernel.migration_operations import AppendOnly

SQL = Path(__file__).parent / "sql" / "applications.sql"
UNDO = """
ALTER TABLE applications_approval DROP CONSTRAINT application_approval_by_a_hand;
ALTER TABLE applications_proposal DROP CONSTRAINT application_proposal_by_a_hand;
ALTER TABLE applications_review DROP CONSTRAINT application_review_names_its_officer;
ALTER TABLE applications_approval DROP CONSTRAINT application_approval_names_its_parties;
ALTER TABLE applications_proposal DROP CONSTRAINT application_proposal_names_its_beneficiary;
ALTER TABLE applications_proposal DROP CONSTRAINT application_proposal_has_its_hashes;
ALTER TABLE applications_submission DROP CONSTRAINT application_submission_has_its_hashes;
"""
BOOKS = (
    "applications_submission",
    "applications_check",
    "applications_step",
    "applications_hand",
    "applications_proposal",
    "applications_approval",
    "applications_notice",
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0021_applications"),
        ("compute_billing", "0039_four_eyes_copied_down"),
        ("kernel", "0003_audit_hashes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Application",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(default=kernel.identifiers.uuid7, editable=False, unique=True),
                ),
                ("number", models.CharField(max_length=32, null=True, unique=True)),
                ("code", models.SlugField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("submitted", "submitted"),
                            ("supplement", "supplement"),
                            ("under_review", "under_review"),
                            ("proposed", "proposed"),
                            ("granted", "granted"),
                            ("notice", "notice"),
                            ("awarded", "awarded"),
                            ("refused", "refused"),
                            ("appealed", "appealed"),
                            ("withdrawn", "withdrawn"),
                            ("expired", "expired"),
                        ],
                        default=compute_billing.applications.states.ApplicationState["DRAFT"],
                        max_length=16,
                    ),
                ),
                ("instance", models.PositiveSmallIntegerField(default=1)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("declared", models.JSONField(default=dict)),
                ("made_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                ("supplement_asked", models.TextField(blank=True, max_length=2000)),
                ("award_problem", models.CharField(blank=True, max_length=500)),
                (
                    "award",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="application",
                        to="compute_billing.award",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.computecontract",
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.programmeversion",
                    ),
                ),
            ],
            options={
                "db_table": "applications_application",
            },
        ),
        migrations.CreateModel(
            name="ApplicationPaper",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(default=kernel.identifiers.uuid7, editable=False, unique=True),
                ),
                ("kind", models.SlugField(max_length=64)),
                ("dated_on", models.DateField()),
                ("file_name", models.CharField(max_length=150)),
                ("uploaded_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="papers",
                        to="compute_billing.application",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
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
            ],
            options={
                "db_table": "applications_paper",
            },
        ),
        migrations.CreateModel(
            name="ApplicationStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "before",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("draft", "draft"),
                            ("submitted", "submitted"),
                            ("supplement", "supplement"),
                            ("under_review", "under_review"),
                            ("proposed", "proposed"),
                            ("granted", "granted"),
                            ("notice", "notice"),
                            ("awarded", "awarded"),
                            ("refused", "refused"),
                            ("appealed", "appealed"),
                            ("withdrawn", "withdrawn"),
                            ("expired", "expired"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "after",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("submitted", "submitted"),
                            ("supplement", "supplement"),
                            ("under_review", "under_review"),
                            ("proposed", "proposed"),
                            ("granted", "granted"),
                            ("notice", "notice"),
                            ("awarded", "awarded"),
                            ("refused", "refused"),
                            ("appealed", "appealed"),
                            ("withdrawn", "withdrawn"),
                            ("expired", "expired"),
                        ],
                        max_length=16,
                    ),
                ),
                ("words", models.TextField(blank=True, max_length=2000)),
                ("at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="compute_billing.application",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "applications_step",
            },
        ),
        migrations.CreateModel(
            name="ApplicationSubmission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("evaluator", models.PositiveSmallIntegerField()),
                ("facts", models.BinaryField()),
                ("facts_sha256", models.CharField(max_length=64)),
                ("assessment", models.BinaryField()),
                ("assessment_sha256", models.CharField(max_length=64)),
                ("commitment_version", models.PositiveSmallIntegerField()),
                ("submitted_at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="submissions",
                        to="compute_billing.application",
                    ),
                ),
                (
                    "consented_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.programmeversion",
                    ),
                ),
            ],
            options={
                "db_table": "applications_submission",
            },
        ),
        migrations.CreateModel(
            name="ApplicationCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.SlugField(max_length=64)),
                (
                    "verdict",
                    models.CharField(
                        choices=[("holds", "Holds"), ("fails", "Fails"), ("missing", "Missing")],
                        max_length=16,
                    ),
                ),
                ("is_hard", models.BooleanField()),
                ("looked_at", models.JSONField()),
                ("source", models.CharField(max_length=200)),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checks",
                        to="compute_billing.applicationsubmission",
                    ),
                ),
            ],
            options={
                "db_table": "applications_check",
            },
        ),
        migrations.CreateModel(
            name="CapCounter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("programme", models.SlugField(max_length=64)),
                ("cap_name", models.CharField(max_length=64)),
                ("subject_kind", models.CharField(max_length=32)),
                ("subject_id", models.BigIntegerField()),
                ("year", models.PositiveSmallIntegerField()),
                ("reserved", models.BigIntegerField(default=0)),
                ("paid", models.BigIntegerField(default=0)),
                ("cap", models.BigIntegerField()),
            ],
            options={
                "db_table": "subsidies_cap_counter",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("programme", "cap_name", "subject_kind", "subject_id", "year"),
                        name="cap_counter_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "cap__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("reserved"), "+", models.F("paid")
                                ),
                            ),
                            ("paid__gte", 0),
                            ("reserved__gte", 0),
                        ),
                        name="cap_counter_within_cap",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("subject_id", 0), ("subject_id__gt", 0), _connector="OR"
                        ),
                        name="cap_counter_of_no_sandbox",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CapReservation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reference", models.CharField(max_length=64)),
                ("amount", models.BigIntegerField()),
                ("paid", models.BigIntegerField(default=0)),
                ("released", models.BigIntegerField(default=0)),
                ("reserved_at", models.DateTimeField()),
                (
                    "counter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reservations",
                        to="compute_billing.capcounter",
                    ),
                ),
            ],
            options={
                "db_table": "subsidies_cap_reservation",
            },
        ),
        migrations.CreateModel(
            name="Hand",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("instance", models.PositiveSmallIntegerField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hands",
                        to="compute_billing.application",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "applications_hand",
            },
        ),
        migrations.CreateModel(
            name="Panel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(default=kernel.identifiers.uuid7, editable=False, unique=True),
                ),
                ("instance", models.PositiveSmallIntegerField()),
                (
                    "track",
                    models.CharField(
                        choices=[("ordinary", "Ordinary"), ("two_hours", "Two Hours")],
                        max_length=16,
                    ),
                ),
                ("track_reason", models.TextField(blank=True, max_length=2000)),
                (
                    "rule",
                    models.CharField(
                        choices=[("median", "Median"), ("average", "Average")], max_length=16
                    ),
                ),
                ("size", models.PositiveSmallIntegerField()),
                ("seed", models.CharField(max_length=64)),
                ("convened_at", models.DateTimeField()),
                ("score", models.PositiveSmallIntegerField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="panels",
                        to="compute_billing.application",
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "applications_panel",
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(default=kernel.identifiers.uuid7, editable=False, unique=True),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("instance", models.PositiveSmallIntegerField()),
                (
                    "verdict",
                    models.CharField(
                        choices=[("grant", "Grant"), ("refuse", "Refuse")], max_length=16
                    ),
                ),
                ("reason", models.TextField(max_length=2000)),
                ("is_exception", models.BooleanField(default=False)),
                ("exception_reason", models.TextField(blank=True, max_length=2000)),
                ("amount_micro", models.BigIntegerField()),
                ("rate_ppm", models.IntegerField(null=True)),
                ("starts_at", models.DateTimeField(null=True)),
                ("ends_at", models.DateTimeField(null=True)),
                ("approvals_needed", models.PositiveSmallIntegerField()),
                ("evaluator", models.PositiveSmallIntegerField()),
                ("facts", models.BinaryField()),
                ("facts_sha256", models.CharField(max_length=64)),
                ("assessment", models.BinaryField()),
                ("assessment_sha256", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="compute_billing.application",
                    ),
                ),
                (
                    "beneficiary",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.fund",
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "applications_proposal",
            },
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("application_id", models.BigIntegerField()),
                ("instance", models.PositiveSmallIntegerField()),
                ("maker_id", models.BigIntegerField()),
                ("beneficiary_id", models.BigIntegerField()),
                ("agrees", models.BooleanField()),
                ("reason", models.TextField(blank=True, max_length=2000)),
                ("decided_at", models.DateTimeField()),
                (
                    "approver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "approver_organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals",
                        to="compute_billing.proposal",
                    ),
                ),
            ],
            options={
                "db_table": "applications_approval",
            },
        ),
        migrations.CreateModel(
            name="PublicNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(default=kernel.identifiers.uuid7, editable=False, unique=True),
                ),
                ("programme_name", models.CharField(max_length=200)),
                ("beneficiary_name", models.CharField(max_length=200)),
                ("beneficiary_uscc", models.CharField(max_length=18)),
                ("contract_no", models.CharField(max_length=64)),
                ("amount_micro", models.BigIntegerField()),
                ("working_days", models.PositiveSmallIntegerField()),
                ("opens_on", models.DateField()),
                ("closes_on", models.DateField()),
                ("published_at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="compute_billing.application",
                    ),
                ),
                (
                    "proposal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notice",
                        to="compute_billing.proposal",
                    ),
                ),
            ],
            options={
                "db_table": "applications_notice",
            },
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(default=kernel.identifiers.uuid7, editable=False, unique=True),
                ),
                ("words", models.TextField(max_length=2000)),
                ("raised_at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("upheld", "Upheld"),
                            ("dismissed", "Dismissed"),
                        ],
                        default="pending",
                        max_length=16,
                    ),
                ),
                ("answer", models.TextField(blank=True, max_length=2000)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "officer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="compute_billing.publicnotice",
                    ),
                ),
            ],
            options={
                "db_table": "applications_objection",
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(default=kernel.identifiers.uuid7, editable=False, unique=True),
                ),
                ("officer_id", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Asked"),
                            ("scored", "Scored"),
                            ("declined", "Declined"),
                            ("silent", "Silent"),
                        ],
                        default="asked",
                        max_length=16,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("score", models.PositiveSmallIntegerField(null=True)),
                ("words", models.TextField(blank=True, max_length=2000)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "panel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="compute_billing.panel",
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "applications_review",
            },
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["tenant", "-id"], name="application_of_tenant"),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["state", "due_at"], name="application_by_deadline"),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        (
                            compute_billing.applications.states.ApplicationState["REFUSED"],
                            compute_billing.applications.states.ApplicationState["WITHDRAWN"],
                            compute_billing.applications.states.ApplicationState["EXPIRED"],
                        ),
                    ),
                    _negated=True,
                ),
                fields=("code", "contract"),
                name="application_once_per_contract",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                fields=("id", "tenant"), name="application_beneficiary"
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["draft", "withdrawn", "expired"]),
                    ("number__isnull", False),
                    _connector="OR",
                ),
                name="application_numbered_when_submitted",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("award__isnull", False),
                        ("state", compute_billing.applications.states.ApplicationState["AWARDED"]),
                    ),
                    models.Q(
                        models.Q(
                            (
                                "state",
                                compute_billing.applications.states.ApplicationState["AWARDED"],
                            ),
                            _negated=True,
                        ),
                        ("award", None),
                    ),
                    _connector="OR",
                ),
                name="application_awarded_with_its_award",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(("instance__in", [1, 2])), name="application_instance"
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(("tenant__gt", 0), ("provider__gt", 0)),
                name="application_of_no_sandbox",
            ),
        ),
        migrations.AddConstraint(
            model_name="applicationstep",
            constraint=models.UniqueConstraint(
                fields=("application", "number"), name="application_step_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="applicationsubmission",
            constraint=models.UniqueConstraint(
                fields=("application", "number"), name="application_submission_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="applicationcheck",
            constraint=models.UniqueConstraint(
                fields=("submission", "name"), name="application_check_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="capreservation",
            constraint=models.UniqueConstraint(
                fields=("counter", "reference"), name="cap_reserved_once_by_each"
            ),
        ),
        migrations.AddConstraint(
            model_name="capreservation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gt", 0),
                    ("paid__gte", 0),
                    ("released__gte", 0),
                    (
                        "amount__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("paid"), "+", models.F("released")
                        ),
                    ),
                ),
                name="cap_reservation_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="hand",
            constraint=models.UniqueConstraint(
                fields=("application", "person"), name="application_one_instance_per_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="hand",
            constraint=models.UniqueConstraint(
                fields=("application", "person", "instance"), name="application_hand"
            ),
        ),
        migrations.AddConstraint(
            model_name="panel",
            constraint=models.UniqueConstraint(
                fields=("application", "instance"), name="application_panel_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="panel",
            constraint=models.UniqueConstraint(
                fields=("id", "officer"), name="application_panel_officer"
            ),
        ),
        migrations.AddConstraint(
            model_name="panel",
            constraint=models.CheckConstraint(
                condition=models.Q(("size__gte", 1), ("size__lte", 9)),
                name="application_panel_small",
            ),
        ),
        migrations.AddConstraint(
            model_name="panel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("score", None)),
                    models.Q(("closed_at__isnull", False), ("score__gte", 0), ("score__lte", 100)),
                    _connector="OR",
                ),
                name="application_panel_scored_when_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="panel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("track", "ordinary"),
                    models.Q(("track_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="application_panel_fast_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(
                fields=("application", "number"), name="application_proposal_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(
                fields=("id", "application", "instance", "maker", "beneficiary"),
                name="application_proposal_parties",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("amount_micro", 0),
                        ("fund", None),
                        ("rate_ppm", None),
                        ("verdict", "refuse"),
                    ),
                    models.Q(
                        ("amount_micro__gt", 0),
                        ("fund__isnull", False),
                        ("rate_ppm__gt", 0),
                        ("rate_ppm__lte", 1000000),
                        ("starts_at__lt", models.F("ends_at")),
                        ("verdict", "grant"),
                    ),
                    _connector="OR",
                ),
                name="application_proposal_terms",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="application_proposal_reasoned",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("exception_reason", ""), ("is_exception", False)),
                    models.Q(
                        ("is_exception", True), models.Q(("exception_reason", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="application_exception_reasoned",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("approvals_needed__gte", 1)),
                name="application_proposal_needs_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("beneficiary__gt", 0)),
                name="application_proposal_of_no_sandbox",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.UniqueConstraint(
                fields=("proposal", "approver"), name="application_approved_once_by_each"
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approver", models.F("maker_id")), _negated=True),
                    models.Q(("approver_organisation", models.F("beneficiary_id")), _negated=True),
                ),
                name="application_approval_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("agrees", True), models.Q(("reason", ""), _negated=True), _connector="OR"
                ),
                name="application_disagreement_reasoned",
            ),
        ),
        migrations.AddConstraint(
            model_name="publicnotice",
            constraint=models.CheckConstraint(
                condition=models.Q(("opens_on__lte", models.F("closes_on"))),
                name="application_notice_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answer", ""),
                        ("answered_at", None),
                        ("officer", None),
                        ("outcome", "pending"),
                    ),
                    models.Q(
                        models.Q(("outcome", "pending"), _negated=True),
                        models.Q(("answer", ""), _negated=True),
                        ("answered_at__isnull", False),
                        ("officer__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="application_objection_answered",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(
                fields=("panel", "reviewer"), name="application_review_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(("reviewer", models.F("officer_id")), _negated=True),
                name="application_review_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answered_at__isnull", False),
                        ("score__gte", 0),
                        ("score__lte", 100),
                        ("state", "scored"),
                    ),
                    models.Q(models.Q(("state", "scored"), _negated=True), ("score", None)),
                    _connector="OR",
                ),
                name="application_review_scored",
            ),
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), UNDO),
        *(AppendOnly(table) for table in BOOKS),
    ]
