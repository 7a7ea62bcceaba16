"""People are told of packages as well."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_events_and_notifications"),
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
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "bill_issued",
                            "month_settled",
                            "statement_issued",
                            "claim_paid",
                            "award_approved",
                            "balance_low",
                            "package_changed",
                            "package_ending",
                            "usage_rejected",
                            "key_expiring",
                            "key_created",
                            "role_given",
                            "webhook_disabled",
                            "verification_decided",
                            "deadline_near",
                        ],
                    )
                ),
                name="notification_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="notificationpreference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "bill_issued",
                            "month_settled",
                            "statement_issued",
                            "claim_paid",
                            "award_approved",
                            "balance_low",
                            "package_changed",
                            "package_ending",
                            "usage_rejected",
                            "key_expiring",
                            "key_created",
                            "role_given",
                            "webhook_disabled",
                            "verification_decided",
                            "deadline_near",
                        ],
                    )
                ),
                name="notification_preference_kind",
            ),
        ),
    ]
