"""Take back two columns of the wallet that nothing reads: the house says when to warn."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("compute_billing", "0028_einvoices"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="wallet",
            name="wallet_low_amount_not_negative",
        ),
        migrations.RemoveField(
            model_name="wallet",
            name="low_amount",
        ),
        migrations.RemoveField(
            model_name="wallet",
            name="low_days",
        ),
    ]
