"""Sandboxes of organisations, numbered below zero."""

import django.db.models.deletion
from django.db import migrations, models

# What belongs to a sandbox is numbered below zero (docs/adr/0037): a number says its world.
NUMBER_BELOW_ZERO = """
CREATE FUNCTION accounts_number_below_zero() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    NEW.id := -abs(NEW.id);
    RETURN NEW;
END
$body$;
CREATE TRIGGER number_below_zero BEFORE INSERT ON accounts_organisation
    FOR EACH ROW WHEN (NEW.sandbox_of_id IS NOT NULL) EXECUTE FUNCTION accounts_number_below_zero();
"""
UNDO = """
DROP TRIGGER number_below_zero ON accounts_organisation;
DROP FUNCTION accounts_number_below_zero();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_package_notifications"),
    ]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="retired_at",
            field=models.DateTimeField(help_text="When another sandbox took its place.", null=True),
        ),
        migrations.AddField(
            model_name="organisation",
            name="sandbox_of",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sandboxes",
                to="accounts.organisation",
            ),
        ),
        migrations.AlterField(
            model_name="apikey",
            name="prefix",
            field=models.CharField(
                help_text="Shown, to tell keys apart.", max_length=24, unique=True
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("organisation__lt", 0), ("prefix__startswith", "test_")),
                    models.Q(
                        ("organisation__gt", 0),
                        models.Q(("prefix__startswith", "test_"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="accounts_api_key_shows_its_world",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("organisation__gt", 0)),
                name="accounts_invitation_to_no_sandbox",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("organisation__gt", 0)),
                name="accounts_membership_of_no_sandbox",
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.CheckConstraint(
                condition=models.Q(("organisation__gt", 0)), name="notification_of_no_sandbox"
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("id__lt", 0),
                        ("sandbox_of__isnull", False),
                        ("uscc", None),
                        ("verified_at", None),
                    ),
                    models.Q(("id__gt", 0), ("retired_at", None), ("sandbox_of", None)),
                    _connector="OR",
                ),
                name="accounts_organisation_sandbox_below_zero",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(("sandbox_of__gt", 0)),
                name="accounts_organisation_sandbox_of_real",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("code__regex", "-sandbox(-[0-9]+)?$"), ("id__lt", 0)),
                    models.Q(
                        ("id__gt", 0),
                        models.Q(("code__regex", "-sandbox(-[0-9]+)?$"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="accounts_organisation_sandbox_code",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("retired_at__isnull", True)),
                fields=("sandbox_of",),
                name="accounts_organisation_one_sandbox",
            ),
        ),
        migrations.AddConstraint(
            model_name="verification",
            constraint=models.CheckConstraint(
                condition=models.Q(("organisation__gt", 0)),
                name="accounts_verification_of_no_sandbox",
            ),
        ),
        migrations.RunSQL(NUMBER_BELOW_ZERO, UNDO),
    ]
