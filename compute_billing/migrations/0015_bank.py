"""The bank rail: accounts, remittance codes, statements, lines and what became of each."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kernel.identifiers
from kernel.migration_operations import AppendOnly

# The amount is copied down and cannot be another's, so that the limit is a CHECK on one row.
SAME_AMOUNT = """
ALTER TABLE bank_decision ADD CONSTRAINT bank_decision_tells_the_amount
    FOREIGN KEY (line_id, amount_fen) REFERENCES bank_line (id, amount_fen)
"""
UNDO_SAME_AMOUNT = """
ALTER TABLE bank_decision DROP CONSTRAINT bank_decision_tells_the_amount
"""
BOOKS = (
    "bank_remittance_code",
    "bank_statement",
    "bank_line",
    "bank_refusal",
    "bank_decision",
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_sandboxes"),
        ("compute_billing", "0014_sandboxes"),
        ("kernel", "0001_foundation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BankAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                ("bank", models.CharField(max_length=100)),
                ("holder", models.CharField(max_length=200)),
                ("number", models.CharField(max_length=64, unique=True)),
                ("custody", models.CharField(max_length=100, unique=True)),
                ("opened_at", models.DateTimeField()),
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
                "db_table": "bank_account",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("operator__gt", 0)), name="bank_account_of_no_sandbox"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BankStatement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                ("file_name", models.CharField(max_length=200)),
                ("sha256", models.CharField(max_length=64)),
                ("lines", models.PositiveIntegerField()),
                ("new_lines", models.PositiveIntegerField()),
                ("refused_lines", models.PositiveIntegerField()),
                ("imported_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="compute_billing.bankaccount",
                    ),
                ),
                (
                    "imported_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "bank_statement",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("new_lines__lte", models.F("lines"))),
                        name="bank_statement_counts",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BankLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                ("position", models.PositiveIntegerField()),
                ("key", models.CharField(max_length=200)),
                ("booked_on", models.DateField()),
                ("amount_fen", models.BigIntegerField()),
                ("balance_fen", models.BigIntegerField(null=True)),
                ("payer_name", models.CharField(blank=True, max_length=200)),
                ("payer_account", models.CharField(blank=True, max_length=64)),
                ("remark", models.CharField(blank=True, max_length=500)),
                (
                    "match",
                    models.CharField(
                        choices=[
                            ("exact", "Exact"),
                            ("partial", "Partial"),
                            ("unknown", "Unknown"),
                            ("outgoing", "Outgoing"),
                        ],
                        max_length=16,
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="compute_billing.bankaccount",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        help_text="Whose it seems to be.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="told_first",
                        to="compute_billing.bankstatement",
                    ),
                ),
            ],
            options={
                "db_table": "bank_line",
                "indexes": [models.Index(fields=["account", "booked_on"], name="bank_line_by_day")],
                "constraints": [
                    models.UniqueConstraint(fields=("account", "key"), name="bank_line_once"),
                    models.UniqueConstraint(fields=("id", "amount_fen"), name="bank_line_amount"),
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen__gt", 0)), name="bank_line_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("match", "exact"), _negated=True),
                            ("tenant__isnull", False),
                            _connector="OR",
                        ),
                        name="bank_line_exact_names_a_tenant",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tenant__gt", 0)), name="bank_line_of_no_sandbox"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BankRefusal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("reason", models.CharField(max_length=32)),
                ("text", models.CharField(max_length=500)),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refusals",
                        to="compute_billing.bankstatement",
                    ),
                ),
            ],
            options={
                "db_table": "bank_refusal",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("statement", "position"), name="bank_refusal_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BankDecision",
            fields=[
                (
                    "line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="decision",
                        serialize=False,
                        to="compute_billing.bankline",
                    ),
                ),
                ("amount_fen", models.BigIntegerField()),
                (
                    "fate",
                    models.CharField(
                        choices=[("credit", "Credit"), ("aside", "Aside")], max_length=16
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("two_from_fen", models.BigIntegerField()),
                ("decided_at", models.DateTimeField()),
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
                    "lot_account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.ledgeraccount",
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "db_table": "bank_decision",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("fate", "credit"),
                                ("lot_account__isnull", False),
                                ("tenant__isnull", False),
                            ),
                            models.Q(
                                ("fate", "aside"),
                                ("lot_account__isnull", True),
                                ("tenant__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="bank_decision_credits_a_lot",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("approver__isnull", True),
                                ("fate", "credit"),
                                ("maker__isnull", True),
                            ),
                            models.Q(("approver__isnull", False), ("maker__isnull", False)),
                            models.Q(
                                ("amount_fen__lt", models.F("two_from_fen")),
                                ("approver__isnull", True),
                                ("maker__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="bank_decision_large_needs_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approver__isnull", True),
                            models.Q(("approver", models.F("maker")), _negated=True),
                            _connector="OR",
                        ),
                        name="bank_decision_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tenant__gt", 0), ("lot_account__gt", 0)),
                        name="bank_decision_of_no_sandbox",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BankProposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=kernel.identifiers.uuid7, unique=True)),
                (
                    "fate",
                    models.CharField(
                        choices=[("credit", "Credit"), ("aside", "Aside")], max_length=16
                    ),
                ),
                ("reason", models.CharField(max_length=500)),
                ("made_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="compute_billing.bankline",
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
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "bank_proposal",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("line",),
                        name="bank_proposal_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("fate", "credit"), ("tenant__isnull", False)),
                            models.Q(("fate", "aside"), ("tenant__isnull", True)),
                            _connector="OR",
                        ),
                        name="bank_proposal_credits_a_tenant",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tenant__gt", 0)), name="bank_proposal_of_no_sandbox"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RemittanceCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=16, unique=True)),
                ("made_at", models.DateTimeField()),
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
                "db_table": "bank_remittance_code",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "operator"), name="remittance_code_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tenant", models.F("operator")), _negated=True),
                        name="remittance_between_two_parties",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tenant__gt", 0), ("operator__gt", 0)),
                        name="remittance_code_of_no_sandbox",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SAME_AMOUNT, UNDO_SAME_AMOUNT),
        *(AppendOnly(table) for table in BOOKS),
    ]
