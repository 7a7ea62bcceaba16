"""Credit notes: bills of what is taken back, each line tied to the lines that billed it."""

import django.db.models.deletion
from django.db import migrations, models

from kernel.migration_operations import AppendOnly


def line(name: str, **options: object) -> models.ForeignKey:
    """Return a reference to a line."""
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT,
        related_name=name,
        to="compute_billing.invoiceline",
        **options,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("compute_billing", "0015_bank"),
    ]

    operations = [
        migrations.AddField(
            "invoice",
            "kind",
            models.CharField(
                choices=[("bill", "Bill"), ("credit_note", "Credit Note")],
                default="bill",
                max_length=16,
            ),
        ),
        migrations.AddConstraint(
            "invoice",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "bill"), ("sequence", 1)),
                    models.Q(
                        ("gross__lte", 0),
                        ("kind", "credit_note"),
                        ("net__lte", 0),
                        ("sequence", 2),
                    ),
                    _connector="OR",
                ),
                name="invoice_credit_note_takes_back",
            ),
        ),
        migrations.CreateModel(
            name="InvoiceCredit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", models.BigIntegerField()),
                ("credit_line", line("takes_back")),
                ("corrected_line", line("taken_back")),
            ],
            options={
                "db_table": "invoices_credit",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("credit_line", "corrected_line"), name="invoice_credit_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="invoice_credit_takes_back"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InvoiceCredited",
            fields=[
                (
                    "line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="credited",
                        serialize=False,
                        to="compute_billing.invoiceline",
                    ),
                ),
                ("billed", models.BigIntegerField()),
                ("credited", models.BigIntegerField()),
            ],
            options={
                "db_table": "invoices_credited",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("credited__gt", 0), ("credited__lte", models.F("billed"))
                        ),
                        name="invoice_credited_within_what_was_billed",
                    )
                ],
            },
        ),
        AppendOnly("invoices_credit"),
    ]
