"""Versions of programmes: proposed, activated by somebody else, in force one at a time."""

from pathlib import Path

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kernel.identifiers
from kernel.migration_operations import AppendOnly

SQL = Path(__file__).parent / "sql" / "programme_versions.sql"
UNDO = """
DROP TRIGGER refuse_term_edit ON programmes_term;
DROP FUNCTION programmes_refuse_term_edit();
ALTER TABLE programmes_term DROP CONSTRAINT programme_term_names_its_activation;
ALTER TABLE programmes_term DROP CONSTRAINT programme_term_names_its_programme;
ALTER TABLE programmes_version_decision DROP CONSTRAINT programme_decision_names_the_maker;
ALTER TABLE programmes_version DROP CONSTRAINT programme_version_has_its_hash;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0017_programmes"),
        ("compute_billing", "0029_warnings_by_the_house"),
        ("kernel", "0003_audit_hashes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ProgrammeVersion",
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
                ("code", models.SlugField(max_length=64)),
                ("number", models.PositiveIntegerField()),
                ("document", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                ("evaluator", models.PositiveSmallIntegerField()),
                (
                    "origin",
                    models.CharField(
                        choices=[("library", "Library"), ("officer", "Officer")], max_length=16
                    ),
                ),
                ("published_sha256", models.CharField(blank=True, max_length=64)),
                ("reason", models.TextField(max_length=2000)),
                ("made_at", models.DateTimeField()),
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
                "db_table": "programmes_version",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("code", "number"), name="programme_version_number"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("origin", "library")),
                        fields=("code", "published_sha256"),
                        name="programme_version_loaded_once",
                    ),
                    models.UniqueConstraint(fields=("id", "maker"), name="programme_version_maker"),
                    models.UniqueConstraint(fields=("id", "code"), name="programme_version_code"),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)),
                        name="programme_version_counted_from_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("origin", "library"),
                                models.Q(("published_sha256", ""), _negated=True),
                            ),
                            models.Q(("origin", "officer"), ("published_sha256", "")),
                            _connector="OR",
                        ),
                        name="programme_version_of_the_library_says_which",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProgrammeTerm",
            fields=[
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="term",
                        serialize=False,
                        to="compute_billing.programmeversion",
                    ),
                ),
                ("code", models.SlugField(max_length=64)),
                ("decision", models.CharField(default="activated", max_length=16)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("ended_because", models.TextField(blank=True, max_length=2000)),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "programmes_term",
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("code", "="),
                            (
                                models.Func(
                                    "starts_at",
                                    "ends_at",
                                    function="tstzrange",
                                    output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="programme_one_version_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decision", "activated")),
                        name="programme_term_of_an_activated_version",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_because", ""), ("ended_by", None), ("ends_at", None)),
                            models.Q(
                                ("ended_by__isnull", False),
                                ("ends_at__gt", models.F("starts_at")),
                                models.Q(("ended_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="programme_term_ended_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProgrammeVersionDecision",
            fields=[
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="decision",
                        serialize=False,
                        to="compute_billing.programmeversion",
                    ),
                ),
                ("maker_id", models.BigIntegerField()),
                (
                    "decision",
                    models.CharField(
                        choices=[("activated", "Activated"), ("withdrawn", "Withdrawn")],
                        max_length=16,
                    ),
                ),
                ("reason", models.TextField(max_length=2000)),
                ("decided_at", models.DateTimeField()),
                (
                    "decider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "programmes_version_decision",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("version", "decision"), name="programme_version_decided_as"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decision", "activated"), _negated=True),
                            models.Q(("decider", models.F("maker_id")), _negated=True),
                            _connector="OR",
                        ),
                        name="programme_version_four_eyes",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), UNDO),
        AppendOnly("programmes_version"),
        AppendOnly("programmes_version_decision"),
    ]
