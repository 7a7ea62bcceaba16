"""Algorithms, their versions and proofs, reviews, certificates."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import kernel.identifiers
from kernel.migration_operations import AppendOnly

SQL = Path(__file__).parent / "sql" / "listings.sql"
BOOKS = (
    "listings_submission",
    "listings_decision",
    "listings_signing_key",
    "listings_certificate",
    "listings_standing_change",
)
UNDO = """
DROP TRIGGER refuse_version_edit ON listings_version;
DROP FUNCTION listings_refuse_version_edit();
ALTER TABLE listings_certificate DROP CONSTRAINT certificate_has_its_hash;
ALTER TABLE listings_certificate DROP CONSTRAINT certificate_names_its_approval;
ALTER TABLE listings_decision DROP CONSTRAINT decision_names_the_submitter;
ALTER TABLE listings_version DROP CONSTRAINT version_copies_its_parents_burden;
ALTER TABLE listings_version DROP CONSTRAINT version_manifest_has_its_hash;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0017_programmes"),
        ("kernel", "0003_audit_hashes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                ("kid", models.CharField(max_length=16, primary_key=True, serialize=False)),
                ("public_key", models.BinaryField()),
                ("first_used_at", models.DateTimeField()),
            ],
            options={
                "db_table": "listings_signing_key",
            },
        ),
        migrations.CreateModel(
            name="Algorithm",
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
                ("name_zh", models.CharField(max_length=100)),
                ("name_en", models.CharField(max_length=100)),
                ("summary", models.TextField(max_length=2000)),
                (
                    "task",
                    models.CharField(
                        choices=[
                            ("text_generation", "text_generation"),
                            ("text_understanding", "text_understanding"),
                            ("translation", "translation"),
                            ("speech_recognition", "speech_recognition"),
                            ("speech_synthesis", "speech_synthesis"),
                            ("image_classification", "image_classification"),
                            ("object_detection", "object_detection"),
                            ("image_generation", "image_generation"),
                            ("video_analysis", "video_analysis"),
                            ("document_reading", "document_reading"),
                            ("forecasting", "forecasting"),
                            ("anomaly_detection", "anomaly_detection"),
                            ("recommendation", "recommendation"),
                            ("optimisation", "optimisation"),
                            ("scientific_computing", "scientific_computing"),
                            ("multimodal", "multimodal"),
                        ],
                        max_length=32,
                    ),
                ),
                (
                    "industry",
                    models.CharField(
                        choices=[
                            ("general", "general"),
                            ("manufacturing", "manufacturing"),
                            ("energy", "energy"),
                            ("finance", "finance"),
                            ("health", "health"),
                            ("education", "education"),
                            ("transport", "transport"),
                            ("agriculture", "agriculture"),
                            ("retail", "retail"),
                            ("media", "media"),
                            ("city", "city"),
                            ("public_safety", "public_safety"),
                            ("research", "research"),
                        ],
                        max_length=32,
                    ),
                ),
                ("inputs", models.TextField(max_length=2000)),
                ("outputs", models.TextField(max_length=2000)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "listings_algorithm",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("seller", "name_zh"), name="algorithm_name_once_per_seller"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("seller__gt", 0)), name="algorithm_is_real"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AlgorithmVersion",
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
                ("number", models.CharField(max_length=64)),
                ("number_key", models.BinaryField()),
                ("manifest", models.BinaryField()),
                ("manifest_sha256", models.CharField(max_length=64)),
                ("size_bytes", models.BigIntegerField()),
                (
                    "lineage",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("distilled", "Distilled"),
                            ("quantised", "Quantised"),
                            ("fine_tuned", "Fine Tuned"),
                        ],
                        max_length=16,
                    ),
                ),
                ("royalty_ppm", models.PositiveIntegerField(default=0)),
                ("parent_burden_ppm", models.PositiveIntegerField(null=True)),
                ("burden_ppm", models.PositiveIntegerField(default=0)),
                ("dossier", models.JSONField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("submitted", "submitted"),
                            ("in_review", "in_review"),
                            ("rectifying", "rectifying"),
                            ("withdrawn", "withdrawn"),
                            ("rejected", "rejected"),
                            ("listed", "listed"),
                            ("suspended", "suspended"),
                            ("delisted", "delisted"),
                        ],
                        default="draft",
                        max_length=16,
                    ),
                ),
                ("revision", models.PositiveIntegerField(default=1)),
                ("due_on", models.DateField(help_text="Last day for the reviewer.", null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "algorithm",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="marketplace.algorithm",
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
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="marketplace.algorithmversion",
                    ),
                ),
            ],
            options={
                "db_table": "listings_version",
                "indexes": [models.Index(fields=["state", "due_on"], name="version_by_deadline")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("algorithm", "number_key"), name="version_number_once_per_algorithm"
                    ),
                    models.UniqueConstraint(fields=("id", "burden_ppm"), name="version_burden"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("parent", None), ("parent__lt", models.F("id")), _connector="OR"
                        ),
                        name="version_parent_is_older",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("burden_ppm", 0),
                                ("lineage", ""),
                                ("parent", None),
                                ("parent_burden_ppm", None),
                                ("royalty_ppm", 0),
                            ),
                            models.Q(
                                (
                                    "burden_ppm",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("parent_burden_ppm"), "+", models.F("royalty_ppm")
                                    ),
                                ),
                                ("lineage__in", ["distilled", "quantised", "fine_tuned"]),
                                ("parent__isnull", False),
                                ("parent_burden_ppm__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="version_lineage_is_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("burden_ppm__lte", 1000000)),
                        name="version_burden_is_a_part",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("size_bytes__gte", 0)), name="version_size"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["submitted", "in_review"]), _negated=True),
                            ("due_on__isnull", False),
                            _connector="OR",
                        ),
                        name="version_with_officers_has_a_deadline",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ListingSubmission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.PositiveIntegerField()),
                ("snapshot", models.JSONField()),
                ("snapshot_sha256", models.CharField(max_length=64)),
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
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="submissions",
                        to="marketplace.algorithmversion",
                    ),
                ),
            ],
            options={
                "db_table": "listings_submission",
                "constraints": [
                    models.UniqueConstraint(fields=("version", "round"), name="submission_round"),
                    models.UniqueConstraint(fields=("id", "submitted_by"), name="submission_maker"),
                    models.CheckConstraint(
                        condition=models.Q(("round__gte", 1)), name="submission_counted_from_one"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Proof",
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
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("software_copyright", "software_copyright"),
                            ("patent_application", "patent_application"),
                            ("patent", "patent"),
                            ("algorithm_filing", "algorithm_filing"),
                            ("generative_ai_filing", "generative_ai_filing"),
                            ("data_property", "data_property"),
                        ],
                        max_length=32,
                    ),
                ),
                ("number", models.CharField(max_length=64)),
                ("sha256", models.CharField(max_length=64)),
                ("file_name", models.CharField(max_length=150)),
                ("was_scanned", models.BooleanField()),
                ("uploaded_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
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
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proofs",
                        to="marketplace.algorithmversion",
                    ),
                ),
            ],
            options={
                "db_table": "listings_proof",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at", None)),
                        fields=("version", "kind", "number"),
                        name="proof_once_per_version",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StandingChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "from_state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("submitted", "submitted"),
                            ("in_review", "in_review"),
                            ("rectifying", "rectifying"),
                            ("withdrawn", "withdrawn"),
                            ("rejected", "rejected"),
                            ("listed", "listed"),
                            ("suspended", "suspended"),
                            ("delisted", "delisted"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "to_state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("submitted", "submitted"),
                            ("in_review", "in_review"),
                            ("rectifying", "rectifying"),
                            ("withdrawn", "withdrawn"),
                            ("rejected", "rejected"),
                            ("listed", "listed"),
                            ("suspended", "suspended"),
                            ("delisted", "delisted"),
                        ],
                        max_length=16,
                    ),
                ),
                ("reason", models.TextField(max_length=2000)),
                ("changed_at", models.DateTimeField()),
                (
                    "changed_by",
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
                        related_name="standings",
                        to="marketplace.algorithmversion",
                    ),
                ),
            ],
            options={
                "db_table": "listings_standing_change",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), _negated=True),
                            models.Q(("from_state", models.F("to_state")), _negated=True),
                        ),
                        name="standing_change_says_why",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ListingDecision",
            fields=[
                (
                    "submission",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="decision",
                        serialize=False,
                        to="marketplace.listingsubmission",
                    ),
                ),
                ("submitted_by_id", models.BigIntegerField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("approved", "approved"),
                            ("rectify", "rectify"),
                            ("rejected", "rejected"),
                        ],
                        max_length=16,
                    ),
                ),
                ("checklist", models.JSONField()),
                ("reason", models.TextField(blank=True, max_length=2000)),
                ("decided_at", models.DateTimeField()),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "listings_decision",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("submission", "outcome"), name="decision_outcome"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", models.F("submitted_by_id")), _negated=True
                        ),
                        name="decision_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome", "approved"),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="decision_refusal_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Certificate",
            fields=[
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="certificate",
                        serialize=False,
                        to="marketplace.listingdecision",
                    ),
                ),
                ("outcome", models.CharField(default="approved", max_length=16)),
                ("year", models.PositiveSmallIntegerField()),
                ("serial", models.PositiveIntegerField()),
                ("number", models.CharField(max_length=32, unique=True)),
                ("document", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                ("signature", models.BinaryField()),
                ("issued_at", models.DateTimeField()),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="marketplace.signingkey",
                    ),
                ),
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificate",
                        to="marketplace.algorithmversion",
                    ),
                ),
            ],
            options={
                "db_table": "listings_certificate",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("year", "serial"), name="certificate_serial_of_year"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome", "approved")),
                        name="certificate_of_an_approval",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("serial__gte", 1)), name="certificate_from_one"
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), UNDO),
        *(AppendOnly(table) for table in BOOKS),
    ]
