"""Give everybody who could sign in already a verified address (docs/adr/0028)."""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations


def add_addresses(apps: Apps, _editor: Any) -> None:
    """Vouch for the addresses of people whom operations made."""
    users = apps.get_model("accounts", "User").objects.filter(emailaddress__isnull=True)
    address = apps.get_model("account", "EmailAddress")
    address.objects.bulk_create(
        [
            address(user_id=user_id, email=email, verified=True, primary=True)
            for user_id, email in users.values_list("id", "email")
        ],
        batch_size=1000,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_people"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunPython(add_addresses, migrations.RunPython.noop)]
