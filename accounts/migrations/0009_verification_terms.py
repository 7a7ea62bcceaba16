"""A verification holds for a term, and people are reminded of its days, once of each."""

import django.db.models.deletion
from django.db import migrations, models

from kernel.migration_operations import AppendOnly

# What was verified before terms were told holds for a year as well.
GIVE_TERMS = """
    UPDATE accounts_organisation
    SET verified_until = (date_trunc('day', verified_at AT TIME ZONE 'Asia/Shanghai')
        + interval '1 year') AT TIME ZONE 'Asia/Shanghai'
    WHERE verified_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_payments"),
    ]

    operations = [
        migrations.CreateModel(
            name="VerificationReminder",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("due_soon", "due soon"),
                            ("overdue", "overdue"),
                            ("ending", "ending"),
                            ("ended", "ended"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "day",
                    models.DateField(help_text="By when it is decided, or when the term ends."),
                ),
                ("told_at", models.DateTimeField()),
            ],
            options={
                "db_table": "accounts_verification_reminder",
            },
        ),
        migrations.RemoveConstraint(
            model_name="notification",
            name="notification_kind",
        ),
        migrations.RemoveConstraint(
            model_name="notificationpreference",
            name="notification_preference_kind",
        ),
        migrations.AddField(
            model_name="organisation",
            name="verified_until",
            field=models.DateTimeField(help_text="The term is half-open.", null=True),
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
                        ],
                    )
                ),
                name="notification_preference_kind",
            ),
        ),
        migrations.RunSQL(GIVE_TERMS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("verified_at", None), ("verified_until", None)),
                    models.Q(
                        ("verified_at__isnull", False),
                        ("verified_until__gt", models.F("verified_at")),
                        ("verified_until__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="accounts_organisation_verified_for_a_term",
            ),
        ),
        migrations.AddField(
            model_name="verificationreminder",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
            ),
        ),
        migrations.AddConstraint(
            model_name="verificationreminder",
            constraint=models.UniqueConstraint(
                fields=("organisation", "kind", "day"), name="accounts_verification_reminder_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="verificationreminder",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["due_soon", "overdue", "ending", "ended"])),
                name="accounts_verification_reminder_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="verificationreminder",
            constraint=models.CheckConstraint(
                condition=models.Q(("organisation__gt", 0)),
                name="accounts_verification_reminder_of_no_sandbox",
            ),
        ),
        AppendOnly("accounts_verification_reminder"),
    ]
