"""What a bank statement says the account held before and after it."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute_billing", "0025_usage_disputes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="bankstatement",
            name="closing_fen",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="bankstatement",
            name="closing_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="bankstatement",
            name="difference_fen",
            field=models.BigIntegerField(
                help_text="Closing less opening and readable movements.", null=True
            ),
        ),
        migrations.AddField(
            model_name="bankstatement",
            name="opening_fen",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="bankstatement",
            name="opening_on",
            field=models.DateField(null=True),
        ),
        migrations.AddConstraint(
            model_name="bankstatement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closing_fen", None),
                        ("closing_on", None),
                        ("difference_fen", None),
                        ("opening_fen", None),
                        ("opening_on", None),
                    ),
                    models.Q(
                        ("closing_fen__isnull", False),
                        ("closing_on__gte", models.F("opening_on")),
                        ("difference_fen__isnull", False),
                        ("opening_fen__isnull", False),
                        ("opening_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="bank_statement_tells_all_balances_or_none",
            ),
        ),
    ]
