"""Prices are proposed with their effect and approved by somebody else."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kernel.identifiers
from kernel.migration_operations import AppendOnly

# Four eyes are a CHECK on one row because the maker is copied down, and cannot be another's.
SAME_MAKER = """
ALTER TABLE catalogue_price_draft_decision ADD CONSTRAINT price_draft_decision_names_the_maker
    FOREIGN KEY (draft_id, maker_id) REFERENCES catalogue_price_draft (id, maker_id)
"""
UNDO_SAME_MAKER = """
ALTER TABLE catalogue_price_draft_decision DROP CONSTRAINT price_draft_decision_names_the_maker
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_events_and_notifications"),
        ("compute_billing", "0008_wallet_low_since"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PriceDraft",
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
                ("band", models.SlugField(default="all", max_length=32)),
                ("valid_from", models.DateTimeField()),
                ("unit_price_micro", models.BigIntegerField(help_text="micro-yuan per card-hour")),
                ("reason", models.TextField()),
                ("made_at", models.DateTimeField()),
                (
                    "effect_month",
                    models.DateField(help_text="the month whose use its effect is reckoned on"),
                ),
                (
                    "cluster",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.cluster",
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
                    "meter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.meter",
                    ),
                ),
                (
                    "price_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.pricelist",
                    ),
                ),
            ],
            options={
                "db_table": "catalogue_price_draft",
            },
        ),
        migrations.CreateModel(
            name="PriceDraftEffect",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity", models.DecimalField(decimal_places=0, max_digits=40)),
                ("gross_before", models.BigIntegerField()),
                ("gross_after", models.BigIntegerField()),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.pricedraft",
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
            ],
            options={
                "db_table": "rating_price_draft_effect",
            },
        ),
        migrations.CreateModel(
            name="PriceDraftDecision",
            fields=[
                (
                    "draft",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="decision",
                        serialize=False,
                        to="compute_billing.pricedraft",
                    ),
                ),
                ("maker_id", models.BigIntegerField()),
                (
                    "decision",
                    models.CharField(
                        choices=[
                            ("approved", "Approved"),
                            ("refused", "Refused"),
                            ("replaced", "Replaced"),
                        ],
                        max_length=16,
                    ),
                ),
                ("decided_at", models.DateTimeField()),
                (
                    "decider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "price",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.price",
                    ),
                ),
                (
                    "replaced_by",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaces",
                        to="compute_billing.pricedraft",
                    ),
                ),
            ],
            options={
                "db_table": "catalogue_price_draft_decision",
            },
        ),
        migrations.AddConstraint(
            model_name="pricedraft",
            constraint=models.UniqueConstraint(fields=("id", "maker"), name="price_draft_maker"),
        ),
        migrations.AddConstraint(
            model_name="pricedraft",
            constraint=models.CheckConstraint(
                condition=models.Q(("unit_price_micro__gte", 0)), name="price_draft_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="pricedraft",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_from__gt", models.F("made_at"))),
                name="price_draft_holds_later",
            ),
        ),
        migrations.AddConstraint(
            model_name="pricedrafteffect",
            constraint=models.UniqueConstraint(
                fields=("draft", "tenant"), name="price_draft_effect_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="pricedraftdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decision", "approved"), _negated=True),
                    models.Q(("decider", models.F("maker_id")), _negated=True),
                    _connector="OR",
                ),
                name="price_draft_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="pricedraftdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decision", "approved"), ("price__isnull", False), ("replaced_by", None)
                    ),
                    models.Q(("decision", "refused"), ("price", None), ("replaced_by", None)),
                    models.Q(
                        ("decision", "replaced"), ("price", None), ("replaced_by__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="price_draft_decision_has_its_object",
            ),
        ),
        migrations.RunSQL(SAME_MAKER, UNDO_SAME_MAKER),
        AppendOnly("catalogue_price_draft"),
        AppendOnly("catalogue_price_draft_decision"),
        AppendOnly("rating_price_draft_effect"),
    ]
