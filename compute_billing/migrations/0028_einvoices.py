"""Titles, requests, files and answers of e-invoices (数电票)."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import kernel.identifiers
import kernel.migration_operations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0016_einvoices"),
        ("accounts", "__first__"),
        ("compute_billing", "0027_payouts"),
    ]

    operations = [
        migrations.CreateModel(
            name="EInvoiceFile",
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
                ("content", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("einvoices", models.PositiveIntegerField()),
                ("made_at", models.DateTimeField()),
                (
                    "issuer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "einvoices_file",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("issuer__gt", 0)), name="einvoice_file_of_no_sandbox"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("einvoices__gt", 0)),
                        name="einvoice_file_holds_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InvoiceTitle",
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
                ("is_default", models.BooleanField(default=False)),
                ("added_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(null=True)),
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
                "db_table": "einvoices_title",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("tenant",),
                        name="einvoice_title_one_default",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_default", False), ("retired_at", None), _connector="OR"
                        ),
                        name="einvoice_title_default_is_in_use",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tenant__gt", 0)), name="einvoice_title_of_no_sandbox"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InvoiceTitleVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=200)),
                ("uscc", models.CharField(blank=True, max_length=18)),
                ("address", models.CharField(blank=True, max_length=200)),
                ("phone", models.CharField(blank=True, max_length=50)),
                ("bank", models.CharField(blank=True, max_length=100)),
                ("bank_account", models.CharField(blank=True, max_length=64)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("mobile", models.CharField(blank=True, max_length=20)),
                ("made_at", models.DateTimeField()),
                (
                    "title",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="compute_billing.invoicetitle",
                    ),
                ),
            ],
            options={
                "db_table": "einvoices_title_version",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("title", "version"), name="einvoice_title_version"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("uscc", ""),
                            ("uscc__regex", "^[0-9A-HJ-NPQRTUWXY]{18}$"),
                            _connector="OR",
                        ),
                        name="einvoice_title_uscc_form",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="einvoice_title_has_a_name",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EInvoice",
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
                    "colour",
                    models.CharField(
                        choices=[("blue", "Blue"), ("red", "Red")], default="blue", max_length=8
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("special", "Special"), ("ordinary", "Ordinary")], max_length=16
                    ),
                ),
                ("issuer_name", models.CharField(max_length=200)),
                ("issuer_uscc", models.CharField(max_length=18)),
                ("remarks", models.CharField(blank=True, max_length=230)),
                ("amount_fen", models.BigIntegerField()),
                ("tax_fen", models.BigIntegerField()),
                ("total_fen", models.BigIntegerField()),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("01", "Wrong"),
                            ("02", "Returned"),
                            ("03", "Ended"),
                            ("04", "Allowed"),
                        ],
                        max_length=2,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "Requested"),
                            ("exported", "Exported"),
                            ("issued", "Issued"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="requested",
                        max_length=16,
                    ),
                ),
                ("requested_at", models.DateTimeField()),
                ("number", models.CharField(max_length=20, null=True, unique=True)),
                ("issued_on", models.DateField(null=True)),
                (
                    "confirmation_no",
                    models.CharField(blank=True, help_text="红字确认单编号", max_length=40),
                ),
                ("refusal", models.CharField(blank=True, max_length=300)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="red_letters",
                        to="compute_billing.einvoice",
                    ),
                ),
                (
                    "credit_note",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.invoice",
                    ),
                ),
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
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contents",
                        to="compute_billing.einvoicefile",
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.invoicetitleversion",
                    ),
                ),
                (
                    "title",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.invoicetitleversion",
                    ),
                ),
            ],
            options={
                "db_table": "einvoices_einvoice",
                "indexes": [models.Index(fields=["issuer", "state"], name="einvoice_queue")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "total_fen",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("amount_fen"), "+", models.F("tax_fen")
                                ),
                            ),
                            ("tax_fen__gte", 0),
                            ("total_fen__gt", 0),
                        ),
                        name="einvoice_adds_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("issued_on__isnull", False),
                                ("number__isnull", False),
                                ("state", "issued"),
                            ),
                            models.Q(
                                models.Q(("state", "issued"), _negated=True),
                                ("issued_on", None),
                                ("number", None),
                            ),
                            _connector="OR",
                        ),
                        name="einvoice_issued_has_a_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__regex", "^[0-9]{20}$")),
                        name="einvoice_number_form",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "exported"), _negated=True),
                            ("file__isnull", False),
                            _connector="OR",
                        ),
                        name="einvoice_exported_in_a_file",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("colour", "blue"),
                                ("corrects", None),
                                ("credit_note", None),
                                ("reason", ""),
                            ),
                            models.Q(
                                ("colour", "red"),
                                ("corrects__isnull", False),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="einvoice_red_corrects_a_blue",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state", "refused"), models.Q(("refusal", ""), _negated=True)
                            ),
                            models.Q(
                                models.Q(("state", "refused"), _negated=True), ("refusal", "")
                            ),
                            _connector="OR",
                        ),
                        name="einvoice_refused_says_why",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["requested", "exported", "issued"])),
                        fields=("corrects", "credit_note"),
                        name="einvoice_red_once_for_a_credit_note",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("issuer__gt", 0), ("tenant__gt", 0)),
                        name="einvoice_of_no_sandbox",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TaxItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tax_class", models.CharField(max_length=32)),
                ("version", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=100)),
                ("code", models.CharField(max_length=19)),
                (
                    "preference",
                    models.CharField(blank=True, help_text="优惠政策标识", max_length=50),
                ),
                ("made_at", models.DateTimeField()),
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
                "db_table": "einvoices_item",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("issuer", "tax_class", "version"), name="einvoice_item_version"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[0-9]{19}$")),
                        name="einvoice_item_code_form",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("issuer__gt", 0)), name="einvoice_item_of_no_sandbox"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EInvoiceLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("rate_ppm", models.PositiveIntegerField()),
                ("specification", models.CharField(blank=True, max_length=200)),
                ("quantity", models.DecimalField(decimal_places=0, max_digits=40)),
                ("net", models.BigIntegerField()),
                ("amount_fen", models.BigIntegerField()),
                ("tax_fen", models.BigIntegerField()),
                ("total_fen", models.BigIntegerField()),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.einvoiceline",
                    ),
                ),
                (
                    "einvoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="compute_billing.einvoice",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.taxitem",
                    ),
                ),
            ],
            options={
                "db_table": "einvoices_line",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("einvoice", "position"), name="einvoice_line_position"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "total_fen",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("amount_fen"), "+", models.F("tax_fen")
                                ),
                            ),
                            ("amount_fen__gte", 0),
                            ("net__gt", 0),
                            ("tax_fen__gte", 0),
                        ),
                        name="einvoice_line_adds_up",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EInvoiceBill",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "einvoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bills",
                        to="compute_billing.einvoice",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.invoice",
                    ),
                ),
            ],
            options={
                "db_table": "einvoices_bill",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("einvoice", "invoice"), name="einvoice_bill_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("invoice",),
                        name="einvoice_one_live_for_a_bill",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EInvoiceReversed",
            fields=[
                (
                    "line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="reversed",
                        serialize=False,
                        to="compute_billing.einvoiceline",
                    ),
                ),
                ("amount_fen", models.BigIntegerField()),
                ("tax_fen", models.BigIntegerField()),
                ("net", models.BigIntegerField()),
                ("reversed_amount_fen", models.BigIntegerField(default=0)),
                ("reversed_tax_fen", models.BigIntegerField(default=0)),
                ("reversed_net", models.BigIntegerField(default=0)),
            ],
            options={
                "db_table": "einvoices_reversed",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reversed_amount_fen__gte", 0),
                            ("reversed_amount_fen__lte", models.F("amount_fen")),
                            ("reversed_net__gte", 0),
                            ("reversed_net__lte", models.F("net")),
                            ("reversed_tax_fen__gte", 0),
                            ("reversed_tax_fen__lte", models.F("tax_fen")),
                        ),
                        name="einvoice_reversed_within_the_line",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EInvoiceLinePart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "invoice_line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compute_billing.invoiceline",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="compute_billing.einvoiceline",
                    ),
                ),
            ],
            options={
                "db_table": "einvoices_line_part",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("line", "invoice_line"), name="einvoice_part_once"
                    )
                ],
            },
        ),
        kernel.migration_operations.AppendOnly(
            table="einvoices_title_version",
        ),
        kernel.migration_operations.AppendOnly(
            table="einvoices_item",
        ),
        kernel.migration_operations.AppendOnly(
            table="einvoices_file",
        ),
        kernel.migration_operations.AppendOnly(
            table="einvoices_line",
        ),
        kernel.migration_operations.AppendOnly(
            table="einvoices_line_part",
        ),
    ]
