"""Money out to payees: terms, earnings, runs, payouts and what became of them."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import kernel.identifiers
import kernel.migration_operations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0015_payouts"),
        ("accounts", "__first__"),
        ("compute_billing", "0026_bank_statement_balances"),
        ("kernel", "0001_foundation"),
    ]

    operations = [
        migrations.CreateModel(
            name="PayoutTerms",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_month", models.DateField()),
                ("contract_no", models.CharField(max_length=100)),
                ("commission_ppm", models.PositiveIntegerField()),
                ("commission_tax_ppm", models.PositiveIntegerField()),
                ("reserve_ppm", models.PositiveIntegerField()),
                ("reserve_days", models.PositiveSmallIntegerField()),
                ("minimum_fen", models.BigIntegerField()),
                (
                    "schedule",
                    models.CharField(
                        choices=[("weekly", "Weekly"), ("monthly", "Monthly")], max_length=16
                    ),
                ),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "db_table": "payouts_terms",
            },
        ),
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
                    ("payment_fee", "Payment Fee"),
                    ("own_funds", "Own Funds"),
                    ("payee_earned", "Payee Earned"),
                    ("payee_payable", "Payee Payable"),
                    ("payee_reserve", "Payee Reserve"),
                    ("payee_transit", "Payee Transit"),
                    ("payee_debt", "Payee Debt"),
                    ("commission", "Commission"),
                    ("commission_tax", "Commission Tax"),
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
                                    "payee_payable",
                                    "payee_reserve",
                                    "payee_transit",
                                ],
                            )
                        ),
                    )
                ),
                name="ledger_account_floor_follows_kind",
            ),
        ),
        migrations.CreateModel(
            name="CommissionCounter",
            fields=[
                (
                    "terms",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="counter",
                        serialize=False,
                        to="compute_billing.payoutterms",
                    ),
                ),
                ("base", models.BigIntegerField(default=0)),
                ("commission", models.BigIntegerField(default=0)),
                ("commission_tax", models.BigIntegerField(default=0)),
            ],
            options={
                "db_table": "payouts_counter",
            },
        ),
        migrations.AddField(
            model_name="payoutterms",
            name="payee",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
            ),
        ),
        migrations.CreateModel(
            name="Payee",
            fields=[
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.organisation",
                    ),
                ),
                ("sequence", models.BigIntegerField(default=0)),
                ("seen_to", models.BigIntegerField(default=0)),
                ("opened_at", models.DateTimeField()),
            ],
            options={
                "db_table": "payouts_payee",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("organisation__gt", 0)), name="payee_of_no_sandbox"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Payout",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                ("amount_fen", models.BigIntegerField()),
                ("through_sequence", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("held", "Held"),
                            ("sent", "Sent"),
                            ("paid", "Paid"),
                            ("returned", "Returned"),
                        ],
                        default="held",
                        max_length=16,
                    ),
                ),
                ("failure", models.CharField(blank=True, max_length=200)),
                ("bank_reference", models.CharField(blank=True, max_length=100)),
                ("held_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "payee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payouts",
                        to="compute_billing.payee",
                    ),
                ),
            ],
            options={
                "db_table": "payouts_payout",
            },
        ),
        migrations.CreateModel(
            name="PayeeEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sequence", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("earned", "Earned"),
                            ("released", "Released"),
                            ("held", "Held"),
                            ("paid", "Paid"),
                            ("returned", "Returned"),
                            ("bounced", "Bounced"),
                        ],
                        max_length=16,
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                ("earned", models.BigIntegerField(default=0)),
                ("commission", models.BigIntegerField(default=0)),
                ("commission_tax", models.BigIntegerField(default=0)),
                ("payable", models.BigIntegerField(default=0)),
                ("reserve", models.BigIntegerField(default=0)),
                ("transit", models.BigIntegerField(default=0)),
                ("debt", models.BigIntegerField(default=0)),
                ("payable_after", models.BigIntegerField()),
                ("reserve_after", models.BigIntegerField()),
                ("transit_after", models.BigIntegerField()),
                ("debt_after", models.BigIntegerField()),
                (
                    "payee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="compute_billing.payee",
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
                (
                    "payout",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.payout",
                    ),
                ),
            ],
            options={
                "db_table": "payouts_entry",
            },
        ),
        migrations.CreateModel(
            name="PayoutAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                ("bank", models.CharField(max_length=100)),
                ("branch_code", models.CharField(max_length=12)),
                ("holder", models.CharField(max_length=200)),
                ("number", models.CharField(max_length=34)),
                ("reason", models.CharField(max_length=500)),
                ("made_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "effective_at",
                    models.DateTimeField(help_text="None while undecided, or refused.", null=True),
                ),
                (
                    "decided_by",
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
                (
                    "payee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accounts",
                        to="compute_billing.payee",
                    ),
                ),
            ],
            options={
                "db_table": "payouts_account",
            },
        ),
        migrations.AddField(
            model_name="payout",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="compute_billing.payoutaccount",
            ),
        ),
        migrations.CreateModel(
            name="PayoutRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                ("custody", models.CharField(max_length=100)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("making", "Making"),
                            ("proposed", "Proposed"),
                            ("approved", "Approved"),
                            ("refused", "Refused"),
                            ("finished", "Finished"),
                        ],
                        default="making",
                        max_length=16,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("file_sha256", models.CharField(blank=True, max_length=64)),
                (
                    "decided_by",
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
                "db_table": "payouts_run",
            },
        ),
        migrations.AddField(
            model_name="payout",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payouts",
                to="compute_billing.payoutrun",
            ),
        ),
        migrations.CreateModel(
            name="ResultFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("file_name", models.CharField(max_length=200)),
                ("sha256", models.CharField(max_length=64)),
                ("imported_at", models.DateTimeField()),
                (
                    "imported_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="results",
                        to="compute_billing.payoutrun",
                    ),
                ),
            ],
            options={
                "db_table": "payouts_result_file",
            },
        ),
        migrations.AddConstraint(
            model_name="payoutterms",
            constraint=models.UniqueConstraint(
                fields=("payee", "from_month"), name="payout_terms_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutterms",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("commission_ppm__lte", 1000000),
                    ("commission_tax_ppm__lte", 1000000),
                    ("minimum_fen__gt", 0),
                    ("reserve_ppm__lte", 1000000),
                ),
                name="payout_terms_make_sense",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutterms",
            constraint=models.CheckConstraint(
                condition=models.Q(("payee__gt", 0)), name="payout_terms_of_no_sandbox"
            ),
        ),
        migrations.CreateModel(
            name="PayeeEarning",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=16)),
                ("tenant_id", models.BigIntegerField(null=True)),
                ("month", models.DateField()),
                ("amount", models.BigIntegerField()),
                ("commission", models.BigIntegerField()),
                ("commission_tax", models.BigIntegerField()),
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
                    "payee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.payee",
                    ),
                ),
                (
                    "price",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.price",
                    ),
                ),
                (
                    "origin",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.ledgertransaction",
                    ),
                ),
                (
                    "terms",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.payoutterms",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="earnings",
                        to="compute_billing.payeeentry",
                    ),
                ),
            ],
            options={
                "db_table": "payouts_earning",
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "payee",
                            "origin",
                            "kind",
                            "tenant_id",
                            "month",
                            "cluster",
                            "price",
                        ),
                        name="payee_earning_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount", 0), _negated=True),
                        name="payee_earning_moves_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("payee__gt", 0),
                            ("tenant_id__gt", 0),
                            ("cluster__gt", 0),
                            ("price__gt", 0),
                        ),
                        name="payee_earning_of_no_sandbox",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="payeeentry",
            constraint=models.UniqueConstraint(
                fields=("payee", "sequence"), name="payee_entry_in_its_place"
            ),
        ),
        migrations.AddConstraint(
            model_name="payeeentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("debt_after__gte", 0),
                    ("payable_after__gte", 0),
                    ("reserve_after__gte", 0),
                    ("transit_after__gte", 0),
                ),
                name="payee_entry_never_below_zero",
            ),
        ),
        migrations.AddConstraint(
            model_name="payeeentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind__in", ["earned", "released", "held", "returned"]),
                        (
                            "payable",
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                models.F("earned"), "-", models.F("commission")
                                            ),
                                            "-",
                                            models.F("commission_tax"),
                                        ),
                                        "-",
                                        models.F("reserve"),
                                    ),
                                    "-",
                                    models.F("transit"),
                                ),
                                "+",
                                models.F("debt"),
                            ),
                        ),
                    ),
                    models.Q(
                        ("debt", 0),
                        ("earned", 0),
                        ("kind", "paid"),
                        ("payable", 0),
                        ("reserve", 0),
                        ("transit__lt", 0),
                    ),
                    models.Q(
                        ("debt__lte", 0),
                        ("earned", 0),
                        ("kind", "bounced"),
                        ("payable__gte", 0),
                        ("reserve", 0),
                        ("transit", 0),
                    ),
                    _connector="OR",
                ),
                name="payee_entry_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="payeeentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["earned", "released"]), ("payout__isnull", True)),
                    models.Q(
                        ("kind__in", ["held", "paid", "returned", "bounced"]),
                        ("payout__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="payee_entry_names_its_payout",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutaccount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("decided_at__isnull", True)),
                fields=("payee",),
                name="payout_account_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("effective_at__isnull", True),
                    models.Q(
                        ("decided_by__isnull", False),
                        models.Q(("decided_by", models.F("maker")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="payout_account_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True),
                        ("decided_by__isnull", True),
                        ("effective_at", None),
                    ),
                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                    _connector="OR",
                ),
                name="payout_account_decided_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["approved", "finished"]), _negated=True),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        models.Q(("decided_by", models.F("maker")), _negated=True),
                        models.Q(("file_sha256", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="payout_run_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.UniqueConstraint(fields=("run", "payee"), name="payout_once_per_run"),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.UniqueConstraint(
                fields=("payee", "through_sequence"), name="payout_ends_one_statement"
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_fen__gt", 0)), name="payout_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("state__in", ["held", "sent"])),
                    models.Q(("ended_at__isnull", False), ("state__in", ["paid", "returned"])),
                    _connector="OR",
                ),
                name="payout_ended_at",
            ),
        ),
        migrations.CreateModel(
            name="ResultLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("number", models.CharField(blank=True, max_length=32)),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("applied", "Applied"),
                            ("known", "Known"),
                            ("unknown", "Unknown"),
                            ("conflict", "Conflict"),
                            ("unreadable", "Unreadable"),
                        ],
                        max_length=16,
                    ),
                ),
                ("text", models.CharField(max_length=500)),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="compute_billing.resultfile",
                    ),
                ),
            ],
            options={
                "db_table": "payouts_result_line",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("file", "position"), name="payout_result_line_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PayeeReserve",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="kept_back",
                        serialize=False,
                        to="compute_billing.payeeentry",
                    ),
                ),
                ("amount", models.BigIntegerField()),
                ("release_at", models.DateTimeField()),
                (
                    "payee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.payee",
                    ),
                ),
                (
                    "released_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.payeeentry",
                    ),
                ),
            ],
            options={
                "db_table": "payouts_reserve",
                "indexes": [
                    models.Index(
                        condition=models.Q(("released_by__isnull", True)),
                        fields=["payee", "release_at"],
                        name="payee_reserve_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="payee_reserve_positive"
                    )
                ],
            },
        ),
        kernel.migration_operations.AppendOnly(
            table="payouts_terms",
        ),
        kernel.migration_operations.AppendOnly(
            table="payouts_entry",
        ),
        kernel.migration_operations.AppendOnly(
            table="payouts_earning",
        ),
        kernel.migration_operations.AppendOnly(
            table="payouts_result_file",
        ),
        kernel.migration_operations.AppendOnly(
            table="payouts_result_line",
        ),
    ]
