"""A reversal takes back time; in a suspended job's time there may be no quantity to take back."""

from django.db import migrations

OLD = "(quantity < 0) = (reverses_id IS NOT NULL)"
NEW = "CASE WHEN reverses_id IS NULL THEN quantity >= 0 ELSE quantity <= 0 END"


def replace(*, constraint: str, by: str, condition: str) -> str:
    return (
        f"ALTER TABLE rating_charge DROP CONSTRAINT {constraint};"
        f"ALTER TABLE rating_charge ADD CONSTRAINT {by} CHECK ({condition});"
    )


HAS_NEGATIVE = "charge_reversal_has_negative_quantity"
IS_NOT_POSITIVE = "charge_only_reversal_takes_quantity_back"


class Migration(migrations.Migration):
    dependencies = [("compute_billing", "0021_cash")]

    operations = [
        migrations.RunSQL(
            replace(constraint=HAS_NEGATIVE, by=IS_NOT_POSITIVE, condition=NEW),
            replace(constraint=IS_NOT_POSITIVE, by=HAS_NEGATIVE, condition=OLD),
        ),
    ]
