"""What a buyer wants to read on its bills to pay them, in versions; a bill names its own."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kernel.migration_operations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0016_einvoices"),
        ("accounts", "__first__"),
        ("compute_billing", "0031_packages_on_bills"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProcurementVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                (
                    "purchase_order",
                    models.CharField(blank=True, help_text="采购单号", max_length=100),
                ),
                ("contract", models.CharField(blank=True, help_text="采购合同号", max_length=100)),
                ("fund", models.CharField(blank=True, help_text="经费号", max_length=100)),
                ("project", models.CharField(blank=True, help_text="课题号", max_length=100)),
                ("cost_centre", models.CharField(blank=True, help_text="成本中心", max_length=100)),
                (
                    "contact",
                    models.CharField(blank=True, help_text="采购联系处, no person", max_length=100),
                ),
                ("acceptance", models.CharField(blank=True, help_text="验收说明", max_length=200)),
                ("made_at", models.DateTimeField()),
                (
                    "made_by",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "invoices_procurement",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "version"), name="procurement_version"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gt", 0)), name="procurement_version_from_one"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="invoice",
            name="procurement",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="compute_billing.procurementversion",
            ),
        ),
        kernel.migration_operations.AppendOnly(
            table="invoices_procurement",
        ),
    ]
