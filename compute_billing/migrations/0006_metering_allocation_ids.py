"""An allocation bears the usage id of its first record, so that one sequence is drawn for both."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute_billing", "0005_catalogue_price_amount"),
    ]

    operations = [
        migrations.AlterField(
            model_name="allocation",
            name="id",
            field=models.BigIntegerField(
                help_text="usage id of its first record", primary_key=True, serialize=False
            ),
        ),
    ]
