"""Reviewers of applications for subsidies are staff."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0020_kinds_are_in_code"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="staffrole",
            name="accounts_staff_role_role",
        ),
        migrations.AlterField(
            model_name="staffrole",
            name="role",
            field=models.CharField(
                choices=[
                    ("listing_reviewer", "listing reviewer"),
                    ("subsidy_officer", "subsidy officer"),
                    ("subsidy_approver", "subsidy approver"),
                    ("subsidy_reviewer", "subsidy reviewer"),
                    ("finance", "finance"),
                    ("operator", "operator"),
                    ("auditor", "auditor"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="staffrole",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "role__in",
                        [
                            "listing_reviewer",
                            "subsidy_officer",
                            "subsidy_approver",
                            "subsidy_reviewer",
                            "finance",
                            "operator",
                            "auditor",
                        ],
                    )
                ),
                name="accounts_staff_role_role",
            ),
        ),
    ]
