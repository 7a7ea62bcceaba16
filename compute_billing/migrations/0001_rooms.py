import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

import kernel.identifiers


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_people"),
        ("accounts", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="CardType",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("vendor", models.CharField(blank=True, max_length=100)),
                ("memory_gib", models.PositiveIntegerField(null=True)),
                ("is_domestic", models.BooleanField(default=False)),
                ("tflops_fp16", models.PositiveIntegerField(null=True)),
            ],
            options={
                "db_table": "catalogue_card_type",
            },
        ),
        migrations.CreateModel(
            name="Claimed",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "charge_id",
                        "exclusivity_group",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("charge_id", models.BigIntegerField()),
                ("exclusivity_group", models.CharField(max_length=64)),
            ],
            options={
                "db_table": "settlement_claimed",
            },
        ),
        migrations.CreateModel(
            name="LedgerAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "owner_kind",
                    models.CharField(
                        choices=[
                            ("tenant", "Tenant"),
                            ("operator", "Operator"),
                            ("programme", "Programme"),
                        ],
                        max_length=16,
                    ),
                ),
                ("owner_id", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
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
                        ],
                        max_length=32,
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=200)),
                ("unit", models.CharField(max_length=80)),
                ("has_floor", models.BooleanField()),
            ],
            options={
                "db_table": "ledger_account",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner_kind", "owner_id", "kind", "subject", "unit"),
                        name="ledger_account_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "has_floor",
                                models.Q(
                                    (
                                        "kind__in",
                                        ["paid", "promotion", "in_kind", "credit", "fund", "award"],
                                    )
                                ),
                            )
                        ),
                        name="ledger_account_floor_follows_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RatingCounter",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id",
                        "price_id",
                        "month",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tenant_id", models.BigIntegerField()),
                ("price_id", models.BigIntegerField()),
                ("month", models.DateField()),
                ("quantity", models.BigIntegerField(default=0)),
                ("amount", models.BigIntegerField(default=0)),
            ],
            options={
                "db_table": "rating_counter",
            },
        ),
        migrations.CreateModel(
            name="Wallet",
            fields=[
                (
                    "tenant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.organisation",
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[("prepaid", "Prepaid"), ("postpaid", "Postpaid")],
                        default="prepaid",
                        max_length=16,
                    ),
                ),
                ("paused_reason", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "db_table": "ledger_wallet",
            },
        ),
        migrations.CreateModel(
            name="Allocation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source_id", models.BigIntegerField()),
                ("key", models.TextField()),
                ("tenant_id", models.BigIntegerField()),
                ("metered_until", models.DateTimeField()),
                ("metered_elapsed_ms", models.BigIntegerField(default=0)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "metering_allocation",
                "constraints": [
                    models.UniqueConstraint(fields=("source_id", "key"), name="allocation_unique")
                ],
            },
        ),
        migrations.CreateModel(
            name="ComputeCentre",
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
                ("code", models.SlugField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=200)),
                (
                    "operator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "catalogue_compute_centre",
            },
        ),
        migrations.CreateModel(
            name="Cluster",
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
                ("code", models.SlugField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=200)),
                (
                    "milli_cards",
                    models.BigIntegerField(help_text="capacity; unset when unknown", null=True),
                ),
                (
                    "centre",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clusters",
                        to="compute_billing.computecentre",
                    ),
                ),
            ],
            options={
                "db_table": "catalogue_cluster",
            },
        ),
        migrations.CreateModel(
            name="Fund",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("level", models.CharField(max_length=32)),
                ("budget_year", models.PositiveSmallIntegerField()),
                ("budget_document_no", models.CharField(max_length=100)),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fund",
                        to="compute_billing.ledgeraccount",
                    ),
                ),
            ],
            options={
                "db_table": "subsidies_fund",
            },
        ),
        migrations.CreateModel(
            name="Claim",
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
                ("period", models.DateField()),
                ("sequence", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("submitted", "Submitted"), ("paid", "Paid")],
                        default="draft",
                        max_length=16,
                    ),
                ),
                ("amount", models.BigIntegerField()),
                ("line_count", models.BigIntegerField()),
                ("made_at", models.DateTimeField()),
                (
                    "claimant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="compute_billing.fund",
                    ),
                ),
            ],
            options={
                "db_table": "settlement_claim",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("fund", "claimant", "period", "sequence"), name="claim_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Meter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=64, unique=True)),
                (
                    "card_type",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="meter",
                        to="compute_billing.cardtype",
                    ),
                ),
            ],
            options={
                "db_table": "catalogue_meter",
            },
        ),
        migrations.CreateModel(
            name="Award",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reference", models.CharField(max_length=64, unique=True)),
                ("rate_ppm", models.IntegerField()),
                ("cap_micro", models.BigIntegerField()),
                ("stacking_order", models.PositiveSmallIntegerField(default=1)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField()),
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
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    "cluster",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.cluster",
                    ),
                ),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="award",
                        to="compute_billing.ledgeraccount",
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="awards",
                        to="compute_billing.fund",
                    ),
                ),
                (
                    "meter",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.meter",
                    ),
                ),
            ],
            options={
                "db_table": "subsidies_award",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cap_micro__gt", 0), ("rate_ppm__gt", 0), ("rate_ppm__lte", 1000000)
                        ),
                        name="award_rate_and_cap_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("starts_at__lt", models.F("ends_at"))),
                        name="award_period_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("maker", models.F("approver")), _negated=True),
                            models.Q(("approver_organisation", models.F("tenant")), _negated=True),
                        ),
                        name="award_four_eyes",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Programme",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("jurisdiction", models.CharField(max_length=100)),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "subsidies_programme",
            },
        ),
        migrations.AddField(
            model_name="fund",
            name="programme",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="funds",
                to="compute_billing.programme",
            ),
        ),
        migrations.CreateModel(
            name="RatingRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField()),
                ("kind", models.CharField(max_length=16)),
                ("started_at", models.DateTimeField()),
                ("host", models.CharField(max_length=200)),
                ("pid", models.IntegerField()),
                ("queue", models.CharField(blank=True, max_length=64)),
                ("usage_count", models.IntegerField()),
            ],
            options={
                "db_table": "rating_run",
                "indexes": [models.Index(fields=["tenant_id", "id"], name="rating_run_tenant")],
            },
        ),
        migrations.CreateModel(
            name="TenantMonth",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id",
                        "month",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tenant_id", models.BigIntegerField()),
                ("month", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("closed", "Closed")],
                        default="open",
                        max_length=16,
                    ),
                ),
                ("parked_reason", models.CharField(blank=True, max_length=200)),
                ("closed_at", models.DateTimeField(null=True)),
                ("charge_count", models.BigIntegerField(null=True)),
                ("quantity", models.DecimalField(decimal_places=0, max_digits=40, null=True)),
                ("gross", models.BigIntegerField(null=True)),
                ("discount", models.BigIntegerField(null=True)),
                ("programme", models.BigIntegerField(null=True)),
                ("tenant", models.BigIntegerField(null=True)),
                ("arrears", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "invoices_tenant_month",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", False),
                                ("gross__isnull", False),
                                ("parked_reason", ""),
                                ("state", "closed"),
                            ),
                            models.Q(("closed_at", None), ("state", "open")),
                            _connector="OR",
                        ),
                        name="tenant_month_closed_is_sealed",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UsageSource",
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
                ("code", models.SlugField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("default_card_type", models.CharField(blank=True, max_length=64)),
                ("time_zone", models.CharField(default="UTC", max_length=64)),
                ("created_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField(null=True)),
                (
                    "default_cluster",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.cluster",
                    ),
                ),
            ],
            options={
                "db_table": "metering_usage_source",
            },
        ),
        migrations.CreateModel(
            name="UsageImport",
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
                ("format", models.CharField(max_length=32)),
                (
                    "origin",
                    models.CharField(help_text="file name or API key prefix", max_length=500),
                ),
                ("measure", models.CharField(max_length=16)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("host", models.CharField(max_length=200)),
                ("pid", models.IntegerField()),
                ("accepted", models.BigIntegerField(default=0)),
                ("duplicate", models.BigIntegerField(default=0)),
                ("conflict", models.BigIntegerField(default=0)),
                ("rejected", models.BigIntegerField(default=0)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="imports",
                        to="compute_billing.usagesource",
                    ),
                ),
            ],
            options={
                "db_table": "metering_usage_import",
            },
        ),
        migrations.CreateModel(
            name="AwardCounter",
            fields=[
                (
                    "award",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="counter",
                        serialize=False,
                        to="compute_billing.award",
                    ),
                ),
                ("basis", models.BigIntegerField(default=0)),
                ("granted", models.BigIntegerField(default=0)),
                ("cap", models.BigIntegerField()),
            ],
            options={
                "db_table": "subsidies_award_counter",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("cap__gte", models.F("granted")), ("granted__gte", 0)),
                        name="award_counter_within_cap",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ClaimLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField()),
                ("recorded_month", models.DateField()),
                ("charge_id", models.BigIntegerField()),
                ("award_id", models.BigIntegerField()),
                ("basis", models.BigIntegerField()),
                ("amount", models.BigIntegerField()),
                ("adjusts_charge_id", models.BigIntegerField(null=True)),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="compute_billing.claim",
                    ),
                ),
            ],
            options={
                "db_table": "settlement_claim_line",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("claim", "charge_id", "award_id"), name="claim_line_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ComputeContract",
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
                ("contract_no", models.CharField(max_length=64, unique=True)),
                ("signed_on", models.DateField()),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("amount_micro", models.BigIntegerField()),
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
            ],
            options={
                "db_table": "contracts_compute_contract",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("tenant", models.F("provider")), _negated=True),
                        name="compute_contract_between_two_parties",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount_micro__gte", 0), ("starts_on__lt", models.F("ends_on"))
                        ),
                        name="compute_contract_dates_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerBalance",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="balance",
                        serialize=False,
                        to="compute_billing.ledgeraccount",
                    ),
                ),
                ("posted", models.BigIntegerField(default=0)),
                ("held", models.BigIntegerField(default=0)),
                ("floor", models.BigIntegerField(default=0)),
                ("version", models.BigIntegerField(default=0)),
            ],
            options={
                "db_table": "ledger_balance",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("held__gte", 0)),
                        name="ledger_balance_held_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "posted__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("floor"), "+", models.F("held")
                                ),
                            )
                        ),
                        name="ledger_balance_never_below_floor",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CustomerClassAssignment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("customer_class", models.CharField(max_length=64)),
                ("valid", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
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
                "db_table": "catalogue_customer_class_assignment",
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("tenant", "="), ("valid", "&&")],
                        name="customer_class_one_at_a_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reference", models.CharField(max_length=200)),
                ("allocation_key", models.CharField(blank=True, max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("closed", "Closed"), ("expired", "Expired")],
                        default="open",
                        max_length=16,
                    ),
                ),
                ("expires_at", models.DateTimeField()),
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
                "db_table": "ledger_hold",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "reference"), name="hold_happens_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HoldPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("amount", models.BigIntegerField()),
                ("captured", models.BigIntegerField(default=0)),
                ("released", models.BigIntegerField(default=0)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.ledgeraccount",
                    ),
                ),
                (
                    "hold",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="compute_billing.hold",
                    ),
                ),
            ],
            options={
                "db_table": "ledger_hold_part",
                "constraints": [
                    models.UniqueConstraint(fields=("hold", "account"), name="hold_part_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0),
                            (
                                "amount__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("captured"), "+", models.F("released")
                                ),
                            ),
                            ("captured__gte", 0),
                            ("released__gte", 0),
                        ),
                        name="hold_part_within_amount",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invoice",
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
                ("period", models.DateField()),
                ("sequence", models.PositiveSmallIntegerField()),
                ("series", models.CharField(max_length=32)),
                ("number", models.BigIntegerField()),
                ("issued_at", models.DateTimeField()),
                ("gross", models.BigIntegerField()),
                ("discount", models.BigIntegerField()),
                ("net", models.BigIntegerField()),
                ("tax", models.BigIntegerField()),
                ("programme", models.BigIntegerField()),
                ("tenant_paid", models.BigIntegerField()),
                ("arrears", models.BigIntegerField()),
                ("total_fen", models.BigIntegerField()),
                ("carried_micro", models.BigIntegerField()),
                (
                    "issuer",
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
                "db_table": "invoices_invoice",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("issuer", "tenant", "period", "sequence"),
                        name="invoice_once_per_period",
                    ),
                    models.UniqueConstraint(
                        fields=("issuer", "series", "number"), name="invoice_number_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "gross",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("discount"), "+", models.F("net")
                                ),
                            ),
                            (
                                "net",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("programme"), "+", models.F("tenant_paid")
                                    ),
                                    "+",
                                    models.F("arrears"),
                                ),
                            ),
                        ),
                        name="invoice_adds_up",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InvoiceLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("issuer_id", models.BigIntegerField()),
                ("tenant_id", models.BigIntegerField()),
                ("booked_month", models.DateField()),
                ("usage_month", models.DateField()),
                ("price_id", models.BigIntegerField()),
                ("project_id", models.BigIntegerField(null=True)),
                ("payer_kind", models.CharField(max_length=16)),
                ("unit", models.CharField(max_length=80)),
                ("quantity", models.DecimalField(decimal_places=0, max_digits=40)),
                ("amount", models.BigIntegerField()),
                ("tax_class", models.CharField(max_length=32)),
                ("sequence", models.PositiveSmallIntegerField()),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="compute_billing.invoice",
                    ),
                ),
            ],
            options={
                "db_table": "invoices_invoice_line",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("invoice", "position"), name="invoice_line_position_unique"
                    ),
                    models.UniqueConstraint(
                        fields=(
                            "issuer_id",
                            "tenant_id",
                            "booked_month",
                            "usage_month",
                            "price_id",
                            "project_id",
                            "payer_kind",
                            "sequence",
                        ),
                        name="invoice_line_key_unique",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InvoiceSeries",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("series", models.CharField(max_length=32)),
                ("last_number", models.BigIntegerField(default=0)),
                (
                    "issuer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "invoices_series",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("issuer", "series"), name="invoice_series_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerTransaction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=32)),
                ("reference", models.CharField(max_length=200)),
                ("occurred_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "reverses",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.ledgertransaction",
                    ),
                ),
            ],
            options={
                "db_table": "ledger_transaction",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "reference"), name="ledger_transaction_happens_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("reverses__isnull", False)),
                        fields=("reverses",),
                        name="ledger_transaction_reversed_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerPosting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("unit", models.CharField(max_length=80)),
                ("amount", models.BigIntegerField()),
                (
                    "destination_account",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.ledgeraccount",
                    ),
                ),
                (
                    "source_account",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.ledgeraccount",
                    ),
                ),
                (
                    "transaction",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="postings",
                        to="compute_billing.ledgertransaction",
                    ),
                ),
            ],
            options={
                "db_table": "ledger_posting",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="ledger_posting_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source_account", models.F("destination_account")), _negated=True
                        ),
                        name="ledger_posting_between_two_accounts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OperatorStatement",
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
                ("period", models.DateField()),
                ("sequence", models.PositiveSmallIntegerField()),
                ("issued_at", models.DateTimeField()),
                ("tenant_count", models.IntegerField()),
                ("quantity", models.DecimalField(decimal_places=0, max_digits=40)),
                ("gross", models.BigIntegerField()),
                ("discount", models.BigIntegerField()),
                ("programme", models.BigIntegerField()),
                ("tenant_paid", models.BigIntegerField()),
                ("arrears", models.BigIntegerField()),
                (
                    "operator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "settlement_operator_statement",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("operator", "period", "sequence"), name="operator_statement_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "gross",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("discount"), "+", models.F("programme")
                                        ),
                                        "+",
                                        models.F("tenant_paid"),
                                    ),
                                    "+",
                                    models.F("arrears"),
                                ),
                            )
                        ),
                        name="operator_statement_adds_up",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PriceList",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=64, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("default", "Default"),
                            ("class", "Customer Class"),
                            ("contract", "Contract"),
                        ],
                        max_length=16,
                    ),
                ),
                ("customer_class", models.CharField(blank=True, max_length=64)),
                ("tax_included", models.BooleanField(default=True)),
                (
                    "issuer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "catalogue_price_list",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("customer_class", ""), ("kind", "default"), ("tenant", None)),
                            models.Q(
                                ("kind", "class"),
                                ("tenant", None),
                                models.Q(("customer_class", ""), _negated=True),
                            ),
                            models.Q(
                                ("customer_class", ""),
                                ("kind", "contract"),
                                ("tenant__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="price_list_audience_matches_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Price",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("band", models.SlugField(default="all", max_length=32)),
                ("correction_no", models.PositiveSmallIntegerField(default=0)),
                ("valid", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("unit", "Unit"),
                            ("graduated", "Graduated"),
                            ("royalty", "Royalty"),
                        ],
                        default="unit",
                        max_length=16,
                    ),
                ),
                ("unit_price_micro", models.BigIntegerField(null=True)),
                ("tax_class", models.CharField(default="vat_6", max_length=32)),
                ("created_at", models.DateTimeField()),
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
                    "meter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prices",
                        to="compute_billing.meter",
                    ),
                ),
                (
                    "payee",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "price_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prices",
                        to="compute_billing.pricelist",
                    ),
                ),
            ],
            options={
                "db_table": "catalogue_price",
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("kind", "royalty"), _negated=True),
                        expressions=[
                            ("price_list", "="),
                            ("meter", "="),
                            (django.db.models.functions.comparison.Coalesce("cluster", 0), "="),
                            ("band", "="),
                            ("correction_no", "="),
                            ("valid", "&&"),
                        ],
                        name="price_never_overlaps_in_its_key",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "graduated"), ("unit_price_micro", None)),
                            models.Q(
                                models.Q(("kind", "graduated"), _negated=True),
                                ("unit_price_micro__gte", 0),
                            ),
                            _connector="OR",
                        ),
                        name="price_amount_matches_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid__isempty", False), ("valid__startswith__isnull", False)
                        ),
                        name="price_valid_has_a_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PriceTier",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_quantity", models.BigIntegerField()),
                ("unit_price_micro", models.BigIntegerField()),
                (
                    "price",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tiers",
                        to="compute_billing.price",
                    ),
                ),
            ],
            options={
                "db_table": "catalogue_price_tier",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("price", "from_quantity"), name="price_tier_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("from_quantity__gte", 0), ("unit_price_micro__gte", 0)),
                        name="price_tier_not_negative",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="fund",
            constraint=models.UniqueConstraint(
                fields=("programme", "level", "budget_year"), name="fund_unique"
            ),
        ),
        migrations.CreateModel(
            name="Project",
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
                ("code", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=200)),
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
                "db_table": "contracts_project",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "code"), name="project_code_unique")
                ],
            },
        ),
        migrations.CreateModel(
            name="RerateRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField(null=True)),
                ("month", models.DateField()),
                ("reason", models.TextField()),
                ("preview", models.JSONField()),
                ("requested_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "approver",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "db_table": "rating_rerate_request",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approver", None),
                            models.Q(("approver", models.F("maker")), _negated=True),
                            _connector="OR",
                        ),
                        name="rerate_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finished_at", None), ("approver__isnull", False), _connector="OR"
                        ),
                        name="rerate_finished_only_when_approved",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TimeBand",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=32)),
                ("starts_minute", models.PositiveSmallIntegerField()),
                ("ends_minute", models.PositiveSmallIntegerField()),
                (
                    "price_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bands",
                        to="compute_billing.pricelist",
                    ),
                ),
            ],
            options={
                "db_table": "catalogue_time_band",
                "constraints": [
                    models.UniqueConstraint(fields=("price_list", "code"), name="time_band_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_minute__lte", 1440),
                            ("starts_minute__lt", models.F("ends_minute")),
                        ),
                        name="time_band_within_a_day",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UsageReject",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.BigIntegerField()),
                ("external_id", models.TextField(blank=True)),
                ("account", models.TextField(blank=True)),
                ("reason", models.CharField(max_length=64)),
                ("field", models.CharField(blank=True, max_length=64)),
                ("message", models.TextField(blank=True)),
                ("payload", models.TextField()),
                (
                    "parsed",
                    models.JSONField(
                        help_text="set when the store refused what was readable", null=True
                    ),
                ),
                ("rejected_at", models.DateTimeField()),
                ("resolved_at", models.DateTimeField(null=True)),
                ("resolved_usage_id", models.BigIntegerField(null=True)),
                (
                    "usage_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rejects",
                        to="compute_billing.usageimport",
                    ),
                ),
            ],
            options={
                "db_table": "metering_usage_reject",
                "indexes": [
                    models.Index(
                        condition=models.Q(("resolved_at", None)),
                        fields=["reason", "account"],
                        name="usage_reject_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("usage_import", "position"), name="usage_reject_once_per_import"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UsageConflict",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("external_id", models.TextField()),
                ("payload_hash", models.BinaryField()),
                ("payload", models.TextField()),
                ("position", models.BigIntegerField()),
                ("first_at", models.DateTimeField()),
                ("times", models.BigIntegerField(default=1)),
                ("resolved_at", models.DateTimeField(null=True)),
                (
                    "first_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.usageimport",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.usagesource",
                    ),
                ),
            ],
            options={
                "db_table": "metering_usage_conflict",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "external_id", "payload_hash"),
                        name="usage_conflict_unique",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SourceAccountMapping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("account", models.CharField(max_length=200)),
                ("valid", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                (
                    "project",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.project",
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
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mappings",
                        to="compute_billing.usagesource",
                    ),
                ),
            ],
            options={
                "db_table": "metering_source_account_mapping",
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("source", "="), ("account", "="), ("valid", "&&")],
                        name="source_account_has_one_tenant_at_a_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditLot",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="lot",
                        serialize=False,
                        to="compute_billing.ledgeraccount",
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("in_kind", "In Kind"),
                            ("promotion", "Promotion"),
                            ("paid", "Paid"),
                        ],
                        max_length=16,
                    ),
                ),
                ("granted", models.BigIntegerField()),
                ("specificity", models.PositiveSmallIntegerField(default=0)),
                ("starts_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("funded_by", models.CharField(blank=True, max_length=200)),
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
                    "meter",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.meter",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.project",
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
                "db_table": "ledger_credit_lot",
                "indexes": [
                    models.Index(
                        models.F("tenant"),
                        models.F("stage"),
                        models.OrderBy(models.F("specificity"), descending=True),
                        models.OrderBy(models.F("expires_at"), nulls_last=True),
                        models.F("granted"),
                        models.F("account"),
                        name="ledger_credit_lot_burn_order",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("granted__gt", 0)), name="credit_lot_granted_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("stage", "in_kind"), _negated=True),
                            ("meter__isnull", False),
                            _connector="OR",
                        ),
                        name="credit_lot_in_kind_has_a_meter",
                    ),
                ],
            },
        ),
    ]
