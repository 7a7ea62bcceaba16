"""A unit price has an amount: NULL passed the check, because NULL >= 0 is not false."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("compute_billing", "0004_catalogue_laws")]

    operations = [
        migrations.RemoveConstraint(model_name="price", name="price_amount_matches_kind"),
        migrations.AddConstraint(
            model_name="price",
            constraint=models.CheckConstraint(
                name="price_amount_matches_kind",
                condition=(
                    models.Q(kind="graduated", unit_price_micro=None)
                    | (
                        ~models.Q(kind="graduated")
                        & models.Q(unit_price_micro__isnull=False, unit_price_micro__gte=0)
                    )
                ),
            ),
        ),
    ]
