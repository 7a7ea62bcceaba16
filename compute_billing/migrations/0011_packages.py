"""Packages: offers with four eyes, capacity by day, orders, and what they earned."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kernel.identifiers
from kernel.migration_operations import AppendOnly

# Four eyes are a CHECK on one row because the maker is copied down, and cannot be another's.
SAME_MAKER = """
ALTER TABLE packages_offer_decision ADD CONSTRAINT package_decision_names_the_maker
    FOREIGN KEY (draft_id, maker_id) REFERENCES packages_offer_draft (id, maker_id)
"""
UNDO_SAME_MAKER = """
ALTER TABLE packages_offer_decision DROP CONSTRAINT package_decision_names_the_maker
"""
BOOKS = (
    "packages_offer_draft",
    "packages_offer_decision",
    "packages_term",
    "packages_change",
    "packages_piece",
    "packages_recognition",
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_events_and_notifications"),
        ("compute_billing", "0010_source_totals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="ledgeraccount",
            name="ledger_account_floor_follows_kind",
        ),
        migrations.AlterField(
            model_name="ledgeraccount",
            name="kind",
            field=models.CharField(
                choices=[
                    ("paid", "Paid"),
                    ("promotion", "Promotion"),
                    ("in_kind", "In Kind"),
                    ("credit", "Credit"),
                    ("arrears", "Arrears"),
                    ("fund", "Fund"),
                    ("award", "Award"),
                    ("appropriation", "Appropriation"),
                    ("cash", "Cash"),
                    ("compute_revenue", "Compute Revenue"),
                    ("promotion_cost", "Promotion Cost"),
                    ("card_time_granted", "Card Time Granted"),
                    ("card_time_used", "Card Time Used"),
                    ("breakage", "Breakage"),
                    ("package_deferred", "Package Deferred"),
                    ("package_revenue", "Package Revenue"),
                ],
                max_length=32,
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgeraccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "has_floor",
                        models.Q(
                            (
                                "kind__in",
                                [
                                    "paid",
                                    "promotion",
                                    "in_kind",
                                    "credit",
                                    "fund",
                                    "award",
                                    "package_deferred",
                                ],
                            )
                        ),
                    )
                ),
                name="ledger_account_floor_follows_kind",
            ),
        ),
        migrations.CreateModel(
            name="PackageOfferDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "term_kind",
                    models.CharField(choices=[("month", "Month"), ("year", "Year")], max_length=8),
                ),
                (
                    "price_micro",
                    models.BigIntegerField(help_text="micro-yuan per card and month, in whole fen"),
                ),
                ("cards_min", models.PositiveIntegerField()),
                ("tax_class", models.CharField(max_length=32)),
                (
                    "fee_ppm",
                    models.PositiveIntegerField(
                        help_text="kept of what is given back before the end"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(default=kernel.identifiers.uuid7, editable=False, unique=True),
                ),
                ("valid_from", models.DateTimeField()),
                ("made_at", models.DateTimeField()),
                (
                    "cluster",
                    models.ForeignKey(
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
            ],
            options={
                "db_table": "packages_offer_draft",
                "constraints": [
                    models.UniqueConstraint(fields=("id", "maker"), name="package_draft_maker"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cards_min__gt", 0), ("fee_ppm__lte", 1000000), ("price_micro__gt", 0)
                        ),
                        name="package_draft_terms_make_sense",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PackageOffer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "term_kind",
                    models.CharField(choices=[("month", "Month"), ("year", "Year")], max_length=8),
                ),
                (
                    "price_micro",
                    models.BigIntegerField(help_text="micro-yuan per card and month, in whole fen"),
                ),
                ("cards_min", models.PositiveIntegerField()),
                ("tax_class", models.CharField(max_length=32)),
                (
                    "fee_ppm",
                    models.PositiveIntegerField(
                        help_text="kept of what is given back before the end"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(default=kernel.identifiers.uuid7, editable=False, unique=True),
                ),
                ("valid", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                (
                    "cluster",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.cluster",
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
                    "draft",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offer",
                        to="compute_billing.packageofferdraft",
                    ),
                ),
            ],
            options={
                "db_table": "packages_offer",
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("cluster", "="),
                            ("meter", "="),
                            ("term_kind", "="),
                            ("valid", "&&"),
                        ],
                        name="package_offer_never_overlaps",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cards_min__gt", 0),
                            ("fee_ppm__lte", 1000000),
                            ("price_micro__gt", 0),
                            ("valid__isempty", False),
                            ("valid__startswith__isnull", False),
                        ),
                        name="package_offer_terms_make_sense",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PackageOrder",
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
                ("number", models.CharField(max_length=40, unique=True)),
                ("cards", models.PositiveIntegerField()),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("ended_early", models.BooleanField(default=False)),
                ("ordered_at", models.DateTimeField()),
                (
                    "reminded_days",
                    models.PositiveSmallIntegerField(
                        help_text="how many days before the end its people were told last",
                        null=True,
                    ),
                ),
                (
                    "account",
                    models.OneToOneField(
                        help_text="money not yet earned",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.ledgeraccount",
                    ),
                ),
                (
                    "cluster",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.cluster",
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
                    "operator",
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
            ],
            options={
                "db_table": "packages_order",
                "indexes": [models.Index(fields=["tenant", "-id"], name="package_order_of_tenant")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cards__gt", 0), ("starts_on__lte", models.F("ends_on"))
                        ),
                        name="package_order_days_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tenant", models.F("operator")), _negated=True),
                        name="package_order_between_two_parties",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PackageTerm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("term_no", models.PositiveSmallIntegerField()),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("months", models.PositiveSmallIntegerField()),
                ("price_micro", models.BigIntegerField()),
                ("tax_class", models.CharField(max_length=32)),
                ("fee_ppm", models.PositiveIntegerField()),
                (
                    "contract",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.computecontract",
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.packageoffer",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="terms",
                        to="compute_billing.packageorder",
                    ),
                ),
            ],
            options={
                "db_table": "packages_term",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("order", "term_no"), name="package_term_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("months__gt", 0),
                            ("price_micro__gt", 0),
                            ("starts_on__lt", models.F("ends_on")),
                        ),
                        name="package_term_makes_sense",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PackageChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("act_no", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("purchase", "Purchase"),
                            ("resize", "Resize"),
                            ("renewal", "Renewal"),
                            ("end", "End"),
                        ],
                        max_length=16,
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("cards_before", models.PositiveIntegerField()),
                ("cards_after", models.PositiveIntegerField()),
                ("factor", models.PositiveIntegerField()),
                ("amount_micro", models.BigIntegerField()),
                ("fee_micro", models.BigIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="compute_billing.packageorder",
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.packageterm",
                    ),
                ),
            ],
            options={
                "db_table": "packages_change",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("term", "act_no"), name="package_change_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("fee_micro__gte", 0),
                            ("starts_on__lt", models.F("ends_on")),
                            models.Q(("cards_before", models.F("cards_after")), _negated=True),
                            models.Q(
                                models.Q(
                                    ("amount_micro__gte", 0),
                                    ("cards_after__gt", models.F("cards_before")),
                                ),
                                models.Q(
                                    ("amount_micro__lte", 0),
                                    ("cards_after__lt", models.F("cards_before")),
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="package_change_makes_sense",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CapacityDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("sellable", models.PositiveIntegerField()),
                ("sold", models.PositiveIntegerField(default=0)),
                (
                    "cluster",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.cluster",
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
            ],
            options={
                "db_table": "packages_capacity_day",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("cluster", "meter", "day"), name="capacity_day_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sold__gte", 0), ("sold__lte", models.F("sellable"))),
                        name="capacity_day_never_oversold",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PackagePiece",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                (
                    "quantity",
                    models.BigIntegerField(help_text="milli-card-ms; below zero: taken out"),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.ledgeraccount",
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pieces",
                        to="compute_billing.packagechange",
                    ),
                ),
            ],
            options={
                "db_table": "packages_piece",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("change", "account"), name="package_piece_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("quantity", 0), _negated=True),
                            ("starts_at__lt", models.F("ends_at")),
                        ),
                        name="package_piece_moves_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PackageRecognition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField()),
                ("amount_micro", models.BigIntegerField()),
                ("recognised_at", models.DateTimeField()),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recognitions",
                        to="compute_billing.packageorder",
                    ),
                ),
                (
                    "transaction",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.ledgertransaction",
                    ),
                ),
            ],
            options={
                "db_table": "packages_recognition",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("order", "month"), name="package_recognised_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount_micro", 0), ("transaction", None)),
                            models.Q(("amount_micro__gt", 0), ("transaction__isnull", False)),
                            _connector="OR",
                        ),
                        name="package_recognition_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PackageOfferDecision",
            fields=[
                (
                    "draft",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="decision",
                        serialize=False,
                        to="compute_billing.packageofferdraft",
                    ),
                ),
                ("maker_id", models.BigIntegerField()),
                (
                    "decision",
                    models.CharField(
                        choices=[("approved", "Approved"), ("refused", "Refused")], max_length=16
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
            ],
            options={
                "db_table": "packages_offer_decision",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decision", "approved"), _negated=True),
                            models.Q(("decider", models.F("maker_id")), _negated=True),
                            _connector="OR",
                        ),
                        name="package_offer_four_eyes",
                    )
                ],
            },
        ),
        migrations.RunSQL(SAME_MAKER, UNDO_SAME_MAKER),
        *(AppendOnly(book) for book in BOOKS),
    ]
