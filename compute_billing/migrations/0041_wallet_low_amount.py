from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("compute_billing", "0040_applications")]

    operations = [
        migrations.AddField(
            model_name="wallet",
            name="low_amount",
            field=models.BigIntegerField(
                help_text="Its people are warned below it, in micro-yuan; unset: by days.",
                null=True,
            ),
        ),
        migrations.AddConstraint(
            model_name="wallet",
            constraint=models.CheckConstraint(
                condition=models.Q(("low_amount", None), ("low_amount__gt", 0), _connector="OR"),
                name="wallet_low_amount_positive",
            ),
        ),
    ]
