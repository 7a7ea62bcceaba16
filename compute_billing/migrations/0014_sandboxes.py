"""No row of the books mixes a sandbox with the real world."""

from pathlib import Path

from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).parent / "sql"
NUMBERED = (
    "catalogue_compute_centre",
    "catalogue_cluster",
    "catalogue_price_list",
    "catalogue_price",
    "metering_usage_source",
    "ledger_account",
)
UNDO = """
ALTER TABLE rating_charge_share DROP CONSTRAINT charge_share_of_one_world;
ALTER TABLE rating_charge DROP CONSTRAINT charge_of_one_world;
ALTER TABLE metering_usage_record DROP CONSTRAINT usage_record_of_one_world;
ALTER TABLE metering_usage_key DROP CONSTRAINT usage_key_of_one_world;
""" + "".join(f"DROP TRIGGER number_below_zero ON {table};\n" for table in NUMBERED)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_sandboxes"),
        ("compute_billing", "0013_bill_documents"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("source_id__lt", 0), ("tenant_id__lt", 0)),
                    models.Q(("source_id__gt", 0), ("tenant_id__gt", 0)),
                    _connector="OR",
                ),
                name="allocation_of_one_world",
            ),
        ),
        migrations.AddConstraint(
            model_name="award",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("tenant__gt", 0),
                    ("account__gt", 0),
                    ("cluster__gt", 0),
                    ("approver_organisation__gt", 0),
                ),
                name="award_of_no_sandbox",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(("claimant__gt", 0)), name="claim_of_no_sandbox"
            ),
        ),
        migrations.AddConstraint(
            model_name="claimline",
            constraint=models.CheckConstraint(
                condition=models.Q(("tenant_id__gt", 0)), name="claim_line_of_no_sandbox"
            ),
        ),
        migrations.AddConstraint(
            model_name="cluster",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("id__lt", 0), ("centre__lt", 0)),
                    models.Q(("id__gt", 0), ("centre__gt", 0)),
                    _connector="OR",
                ),
                name="cluster_of_one_world",
            ),
        ),
        migrations.AddConstraint(
            model_name="computecentre",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("id__lt", 0), ("owner__lt", 0), ("operator__lt", 0)),
                    models.Q(("id__gt", 0), ("owner__gt", 0), ("operator__gt", 0)),
                    _connector="OR",
                ),
                name="centre_of_one_world",
            ),
        ),
        migrations.AddConstraint(
            model_name="computecontract",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("tenant__lt", 0), ("provider__lt", 0)),
                    models.Q(("tenant__gt", 0), ("provider__gt", 0)),
                    _connector="OR",
                ),
                name="compute_contract_of_one_world",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditlot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("account__lt", 0), ("tenant__lt", 0), ("cluster__lt", 0)),
                    models.Q(("account__gt", 0), ("tenant__gt", 0), ("cluster__gt", 0)),
                    _connector="OR",
                ),
                name="credit_lot_of_one_world",
            ),
        ),
        migrations.AddConstraint(
            model_name="differenceresolution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("source__lt", 0), ("tenant__lt", 0)),
                    models.Q(("source__gt", 0), ("tenant__gt", 0)),
                    _connector="OR",
                ),
                name="difference_of_one_world",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("issuer__lt", 0), ("tenant__lt", 0)),
                    models.Q(("issuer__gt", 0), ("tenant__gt", 0)),
                    _connector="OR",
                ),
                name="invoice_of_one_world",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoiceline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("issuer_id__lt", 0), ("tenant_id__lt", 0), ("price_id__lt", 0)),
                    models.Q(("issuer_id__gt", 0), ("tenant_id__gt", 0), ("price_id__gt", 0)),
                    _connector="OR",
                ),
                name="invoice_line_of_one_world",
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgeraccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("id__lt", 0), ("owner_id__lt", 0)),
                    models.Q(("id__gt", 0), ("owner_id__gt", 0)),
                    _connector="OR",
                ),
                name="ledger_account_of_one_world",
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgerposting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("source_account__lt", 0), ("destination_account__lt", 0)),
                    models.Q(("source_account__gt", 0), ("destination_account__gt", 0)),
                    _connector="OR",
                ),
                name="ledger_posting_within_one_world",
            ),
        ),
        migrations.AddConstraint(
            model_name="operatorstatement",
            constraint=models.CheckConstraint(
                condition=models.Q(("operator__gt", 0)), name="operator_statement_of_no_sandbox"
            ),
        ),
        migrations.AddConstraint(
            model_name="operatorstatementline",
            constraint=models.CheckConstraint(
                condition=models.Q(("tenant_id__gt", 0)),
                name="operator_statement_line_of_no_sandbox",
            ),
        ),
        migrations.AddConstraint(
            model_name="price",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("id__lt", 0), ("price_list__lt", 0), ("cluster__lt", 0), ("payee__lt", 0)
                    ),
                    models.Q(
                        ("id__gt", 0), ("price_list__gt", 0), ("cluster__gt", 0), ("payee__gt", 0)
                    ),
                    _connector="OR",
                ),
                name="price_of_one_world",
            ),
        ),
        migrations.AddConstraint(
            model_name="pricedraft",
            constraint=models.CheckConstraint(
                condition=models.Q(("price_list__gt", 0), ("cluster__gt", 0)),
                name="price_draft_of_no_sandbox",
            ),
        ),
        migrations.AddConstraint(
            model_name="pricedrafteffect",
            constraint=models.CheckConstraint(
                condition=models.Q(("tenant__gt", 0)), name="price_draft_effect_of_no_sandbox"
            ),
        ),
        migrations.AddConstraint(
            model_name="pricelist",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("id__lt", 0), ("issuer__lt", 0), ("tenant__lt", 0)),
                    models.Q(("id__gt", 0), ("issuer__gt", 0), ("tenant__gt", 0)),
                    _connector="OR",
                ),
                name="price_list_of_one_world",
            ),
        ),
        migrations.AddConstraint(
            model_name="pricelist",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("issuer__gt", 0),
                    models.Q(("tenant", models.F("issuer")), ("tenant__isnull", False)),
                    _connector="OR",
                ),
                name="price_list_of_a_sandbox_is_its_own",
            ),
        ),
        migrations.AddConstraint(
            model_name="ratingcounter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("tenant_id__lt", 0), ("price_id__lt", 0)),
                    models.Q(("tenant_id__gt", 0), ("price_id__gt", 0)),
                    _connector="OR",
                ),
                name="rating_counter_of_one_world",
            ),
        ),
        migrations.AddConstraint(
            model_name="sourceaccountmapping",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("source__lt", 0), ("tenant__lt", 0)),
                    models.Q(("source__gt", 0), ("tenant__gt", 0)),
                    _connector="OR",
                ),
                name="source_account_of_one_world",
            ),
        ),
        migrations.AddConstraint(
            model_name="usagesource",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("id__lt", 0), ("default_cluster__lt", 0)),
                    models.Q(("id__gt", 0), ("default_cluster__gt", 0)),
                    _connector="OR",
                ),
                name="usage_source_of_one_world",
            ),
        ),
        migrations.AddConstraint(
            model_name="packageorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("tenant__lt", 0),
                        ("operator__lt", 0),
                        ("cluster__lt", 0),
                        ("account__lt", 0),
                    ),
                    models.Q(
                        ("tenant__gt", 0),
                        ("operator__gt", 0),
                        ("cluster__gt", 0),
                        ("account__gt", 0),
                    ),
                    _connector="OR",
                ),
                name="package_order_of_one_world",
            ),
        ),
        migrations.RunSQL((SQL / "sandboxes.sql").read_text(encoding="utf-8"), UNDO),
    ]
