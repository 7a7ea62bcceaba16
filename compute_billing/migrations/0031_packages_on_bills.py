"""A bill says what was bought as packages: a line for each change, billed once for good."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute_billing", "0030_programme_versions"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="invoiceline",
            name="invoice_line_key_unique",
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="package_change",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="compute_billing.packagechange",
            ),
        ),
        migrations.AlterField(
            model_name="invoiceline",
            name="price_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name="invoiceline",
            constraint=models.UniqueConstraint(
                fields=(
                    "issuer_id",
                    "tenant_id",
                    "booked_month",
                    "usage_month",
                    "price_id",
                    "project_id",
                    "cluster_id",
                    "payer_kind",
                    "package_change",
                    "sequence",
                ),
                name="invoice_line_key_unique",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="invoiceline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("package_change__isnull", False)),
                fields=("package_change", "payer_kind"),
                name="invoice_line_package_billed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoiceline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("package_change", None), ("price_id__isnull", False)),
                    models.Q(
                        ("package_change__isnull", False),
                        ("payer_kind__in", ["paid", "credit"]),
                        ("price_id", None),
                        ("project_id", None),
                        ("quantity", 0),
                        ("unit", "CNY"),
                    ),
                    _connector="OR",
                ),
                name="invoice_line_of_use_or_of_a_package",
            ),
        ),
    ]
