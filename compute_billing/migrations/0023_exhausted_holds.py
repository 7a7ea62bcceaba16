"""Cases of running jobs whose hold could not be extended."""

import django.db.models.deletion
from django.db import migrations, models

import kernel.identifiers


class Migration(migrations.Migration):
    dependencies = [
        ("compute_billing", "0022_reversals_of_time"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExhaustedHold",
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
                ("noted_at", models.DateTimeField()),
                ("exhausted_at", models.DateTimeField()),
                (
                    "refused_at",
                    models.DateTimeField(help_text="The last time that more was asked for."),
                ),
                ("refusals", models.PositiveIntegerField(default=1)),
                ("asked_until", models.DateTimeField()),
                (
                    "shortfall",
                    models.BigIntegerField(help_text="What was missing then, in micro-yuan."),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("extended", "Extended"),
                            ("ended", "Ended"),
                            ("lost", "Lost"),
                        ],
                        default="open",
                        max_length=16,
                    ),
                ),
                ("job_ended_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "hold",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.hold",
                    ),
                ),
            ],
            options={
                "db_table": "rating_exhausted_hold",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("hold",),
                        name="exhausted_hold_one_open_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("asked_until__gt", models.F("exhausted_at")),
                            ("refusals__gt", 0),
                            ("shortfall__gt", 0),
                        ),
                        name="exhausted_hold_misses_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True),
                                ("closed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="exhausted_hold_is_open_or_closed_at",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("job_ended_at__isnull", False), ("state", "ended")),
                            models.Q(
                                models.Q(("state", "ended"), _negated=True), ("job_ended_at", None)
                            ),
                            _connector="OR",
                        ),
                        name="exhausted_hold_knows_the_end_of_its_job",
                    ),
                ],
            },
        ),
    ]
