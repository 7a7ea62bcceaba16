"""Prices hold their tax, so that it has a payer; charges and bill lines name their cluster."""

from django.db import migrations, models

# What a list without tax was charged so far had nobody who paid its tax. Such a price cannot be
# read with its new meaning, so a database that holds one is not migrated over the heads of people.
REFUSE_PRICES_WITHOUT_TAX = """
DO $$
BEGIN
    IF EXISTS (SELECT FROM catalogue_price p JOIN catalogue_price_list l ON l.id = p.price_list_id
               WHERE NOT l.tax_included)
        OR EXISTS (SELECT FROM invoices_tax WHERE NOT tax_included)
        OR EXISTS (SELECT FROM invoices_invoice WHERE tax_on_top <> 0) THEN
        RAISE EXCEPTION 'prices or bills without tax exist: end those prices and publish them '
            'anew on lists that state prices with tax, before this release';
    END IF;
END
$$
"""

ADD_CLUSTER = """
ALTER TABLE rating_charge ADD COLUMN cluster_id bigint;
ALTER TABLE rating_charge DISABLE TRIGGER USER;
UPDATE rating_charge c SET cluster_id = u.cluster_id FROM metering_usage_record u
WHERE u.tenant_id = c.tenant_id AND u.recorded_month = c.recorded_month AND u.id = c.usage_id;
ALTER TABLE rating_charge ENABLE TRIGGER USER;
ALTER TABLE rating_charge ALTER COLUMN cluster_id SET NOT NULL
"""
DROP_CLUSTER = "ALTER TABLE rating_charge DROP COLUMN cluster_id"

HOLD_TAX = """
ALTER TABLE catalogue_price ADD CONSTRAINT price_holds_its_tax CHECK (
    before_tax_micro IS NULL OR kind = 'graduated'
    OR unit_price_micro = div(2 * before_tax_micro::numeric
        * (100 + substring(tax_class FROM '^vat_([0-9]+)$')::numeric) + 100, 200))
"""
RELEASE_TAX = "ALTER TABLE catalogue_price DROP CONSTRAINT price_holds_its_tax"


def before_tax(**options: object) -> models.BigIntegerField:
    """Return the column of what a list states."""
    return models.BigIntegerField(null=True, **options)


class Migration(migrations.Migration):
    dependencies = [
        ("compute_billing", "0011_packages"),
    ]

    operations = [
        migrations.RunSQL(REFUSE_PRICES_WITHOUT_TAX, migrations.RunSQL.noop),
        migrations.AddField("price", "before_tax_micro", before_tax()),
        migrations.AddField("pricetier", "before_tax_micro", before_tax()),
        migrations.AddField(
            "pricedraft", "before_tax_micro", before_tax(help_text="if the list states that")
        ),
        migrations.AlterField(
            "pricedraft",
            "unit_price_micro",
            models.BigIntegerField(help_text="micro-yuan per card-hour, tax within"),
        ),
        migrations.RunSQL(HOLD_TAX, RELEASE_TAX),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(ADD_CLUSTER, DROP_CLUSTER)],
            state_operations=[
                migrations.AddField(
                    "charge", "cluster_id", models.BigIntegerField(), preserve_default=False
                )
            ],
        ),
        migrations.AddField("invoiceline", "cluster_id", models.BigIntegerField(null=True)),
        migrations.RemoveConstraint("invoiceline", "invoice_line_key_unique"),
        migrations.AddConstraint(
            "invoiceline",
            models.UniqueConstraint(
                fields=[
                    "issuer_id",
                    "tenant_id",
                    "booked_month",
                    "usage_month",
                    "price_id",
                    "project_id",
                    "cluster_id",
                    "payer_kind",
                    "sequence",
                ],
                name="invoice_line_key_unique",
                nulls_distinct=False,
            ),
        ),
        migrations.RemoveConstraint("invoicetax", "invoice_tax_unique"),
        migrations.RemoveField("invoicetax", "tax_included"),
        migrations.AddConstraint(
            "invoicetax",
            models.UniqueConstraint(fields=["invoice", "tax_class"], name="invoice_tax_unique"),
        ),
        migrations.RemoveField("invoice", "tax_on_top"),
    ]
