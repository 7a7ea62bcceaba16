"""What came after the sandboxes keeps the worlds apart as well (docs/adr/0037)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_payments"),
        ("compute_billing", "0019_payments"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="creditlot",
            name="credit_lot_of_one_world",
        ),
        migrations.RemoveConstraint(
            model_name="invoiceline",
            name="invoice_line_of_one_world",
        ),
        migrations.AddConstraint(
            model_name="autotopup",
            constraint=models.CheckConstraint(
                condition=models.Q(("tenant__gt", 0), ("operator__gt", 0)),
                name="auto_top_up_of_no_sandbox",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditlot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("account__lt", 0),
                        ("tenant__lt", 0),
                        ("cluster__lt", 0),
                        ("operator__lt", 0),
                    ),
                    models.Q(
                        ("account__gt", 0),
                        ("tenant__gt", 0),
                        ("cluster__gt", 0),
                        ("operator__gt", 0),
                    ),
                    _connector="OR",
                ),
                name="credit_lot_of_one_world",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("tenant__lt", 0), ("operator__lt", 0), ("cluster__lt", 0)),
                    models.Q(("tenant__gt", 0), ("operator__gt", 0), ("cluster__gt", 0)),
                    _connector="OR",
                ),
                name="hold_of_one_world",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoiceline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("issuer_id__lt", 0),
                        ("tenant_id__lt", 0),
                        ("price_id__lt", 0),
                        ("cluster_id__lt", 0),
                    ),
                    models.Q(
                        ("issuer_id__gt", 0),
                        ("tenant_id__gt", 0),
                        ("price_id__gt", 0),
                        ("cluster_id__gt", 0),
                    ),
                    _connector="OR",
                ),
                name="invoice_line_of_one_world",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("tenant__gt", 0), ("operator__gt", 0)),
                name="payment_of_no_sandbox",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedcard",
            constraint=models.CheckConstraint(
                condition=models.Q(("tenant__gt", 0), ("operator__gt", 0)),
                name="saved_card_of_no_sandbox",
            ),
        ),
        # A volume table: its columns tell by themselves.
        migrations.RunSQL(
            sql="ALTER TABLE rating_charge DROP CONSTRAINT charge_of_one_world, "
            "ADD CONSTRAINT charge_of_one_world "
            "CHECK ((price_id < 0) = (tenant_id < 0) AND (cluster_id < 0) = (tenant_id < 0))",
            reverse_sql="ALTER TABLE rating_charge DROP CONSTRAINT charge_of_one_world, "
            "ADD CONSTRAINT charge_of_one_world CHECK ((price_id < 0) = (tenant_id < 0))",
        ),
    ]
