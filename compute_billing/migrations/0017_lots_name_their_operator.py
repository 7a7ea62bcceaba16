"""Lots buy the compute of one operator, and arrears are owed to one."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).parent / "sql"
OLD_KEY = ("owner_kind", "owner_id", "kind", "subject", "unit")


def read(name: str) -> str:
    """Return one SQL file; a file that a migration reads is never edited again."""
    return (SQL / name).read_text(encoding="utf-8")


def operator(**options: object) -> models.ForeignKey:
    """Return the column that names an operator."""
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="accounts.organisation",
        **options,
    )


HELP = "To whom arrears are owed; no other account names one."


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_events_and_notifications"),
        ("compute_billing", "0016_credit_notes"),
    ]

    operations = [
        migrations.AddField("creditlot", "operator", operator(null=True)),
        migrations.AddField(
            "ledgeraccount", "operator", operator(null=True, db_index=False, help_text=HELP)
        ),
        migrations.RunSQL(read("lots_name_their_operator.sql"), migrations.RunSQL.noop),
        migrations.RemoveConstraint("ledgeraccount", "ledger_account_unique"),
        migrations.AddConstraint(
            "ledgeraccount",
            models.UniqueConstraint(
                fields=(*OLD_KEY, "operator"), name="ledger_account_unique", nulls_distinct=False
            ),
        ),
        migrations.RunSQL(read("arrears_split.sql"), migrations.RunSQL.noop),
        migrations.AlterField("creditlot", "operator", operator()),
        migrations.AddConstraint(
            "ledgeraccount",
            models.CheckConstraint(
                name="ledger_account_arrears_name_their_operator",
                condition=models.Q(kind="arrears", operator__isnull=False)
                | (~models.Q(kind="arrears") & models.Q(operator=None)),
            ),
        ),
    ]
