"""Laws of prices: tiers are never edited, bands never overlap, refusals have names."""

from pathlib import Path

import django.contrib.postgres.constraints
from django.contrib.postgres.fields import IntegerRangeField
from django.db import migrations, models

from kernel.migration_operations import AppendOnly

SQL = Path(__file__).parent / "sql"


def read(name: str) -> str:
    """Return one SQL file; a file that a migration reads is never edited again."""
    return (SQL / name).read_text(encoding="utf-8")


# The former function refuses the same edits, without names.
UNDO = """
ALTER TABLE ledger_balance RESET (fillfactor);
DROP TRIGGER refuse_late_tier ON catalogue_price_tier;
DROP FUNCTION catalogue_refuse_late_tier();
""" + read("price_edits.sql").split("CREATE TRIGGER")[0].replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)


class Migration(migrations.Migration):
    dependencies = [("compute_billing", "0003_settlement_memberships")]

    operations = [
        migrations.RunSQL(read("price_laws.sql"), UNDO),
        AppendOnly("catalogue_price_tier"),
        migrations.AddConstraint(
            model_name="timeband",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                name="time_band_never_overlaps",
                expressions=[
                    ("price_list", "="),
                    (
                        models.Func(
                            "starts_minute",
                            "ends_minute",
                            function="int4range",
                            output_field=IntegerRangeField(),
                        ),
                        "&&",
                    ),
                ],
            ),
        ),
    ]
