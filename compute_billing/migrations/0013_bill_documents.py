"""What a bill's document repeats from its issue on: both parties, and the head of the log."""

from django.db import migrations, models


def text(length: int, **options: object) -> models.CharField:
    """Return a column that is empty on bills from before it."""
    return models.CharField(max_length=length, default="", **options)


class Migration(migrations.Migration):
    dependencies = [
        ("compute_billing", "0012_tax_and_clusters_on_bills"),
    ]

    operations = [
        migrations.AddField("invoice", "issuer_name", text(200)),
        migrations.AddField("invoice", "issuer_uscc", text(18)),
        migrations.AddField("invoice", "tenant_name", text(200)),
        migrations.AddField("invoice", "tenant_uscc", text(18)),
        migrations.AddField("invoice", "seal_head", text(100, help_text="of the log, at issue")),
    ]
