"""People are told of budgets, and of their credit limit."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_hold_exhausted"),
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
                            "hold_exhausted",
                            "budget_reached",
                            "budget_stopped",
                            "credit_changed",
                            "package_changed",
                            "package_ending",
                            "usage_rejected",
                            "key_expiring",
                            "key_created",
                            "role_given",
                            "webhook_disabled",
                            "verification_decided",
                            "deadline_near",
                            "payment_received",
                            "payment_failed",
                            "refund_paid",
                            "refund_failed",
                            "payment_disputed",
                            "dispute_closed",
                            "auto_top_up_off",
                            "verification_due_soon",
                            "verification_overdue",
                            "verification_ending",
                            "verification_ended",
                            "cash_difference_open",
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
                            "hold_exhausted",
                            "budget_reached",
                            "budget_stopped",
                            "credit_changed",
                            "package_changed",
                            "package_ending",
                            "usage_rejected",
                            "key_expiring",
                            "key_created",
                            "role_given",
                            "webhook_disabled",
                            "verification_decided",
                            "deadline_near",
                            "payment_received",
                            "payment_failed",
                            "refund_paid",
                            "refund_failed",
                            "payment_disputed",
                            "dispute_closed",
                            "auto_top_up_off",
                            "verification_due_soon",
                            "verification_overdue",
                            "verification_ending",
                            "verification_ended",
                            "cash_difference_open",
                        ],
                    )
                ),
                name="notification_preference_kind",
            ),
        ),
    ]
