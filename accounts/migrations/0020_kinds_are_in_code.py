"""Which kinds of notification there are is said by code alone; the tables keep their form."""

from django.db import migrations, models

WELL_FORMED = models.Q(("kind__regex", "^[a-z]+(_[a-z]+)*$"))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0019_receivables"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="notification",
            name="notification_kind",
        ),
        migrations.RemoveConstraint(
            model_name="notificationpreference",
            name="notification_preference_kind",
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.CheckConstraint(condition=WELL_FORMED, name="notification_kind"),
        ),
        migrations.AddConstraint(
            model_name="notificationpreference",
            constraint=models.CheckConstraint(
                condition=WELL_FORMED, name="notification_preference_kind"
            ),
        ),
    ]
