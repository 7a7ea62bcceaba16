"""Audit entries: a public name, hashes of states and origin; origins in a table beside them."""

import django.db.models.deletion
from django.db import migrations, models

import kernel.identifiers

# Each row gets a name of its own, which Django's default for existing rows would not give. The
# sequence of columns in old rows is not what the digest is made of, so every seal still holds.
NAME_ENTRIES = """
ALTER TABLE kernel_audit_entry ADD COLUMN public_id uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE kernel_audit_entry ALTER COLUMN public_id DROP DEFAULT;
ALTER TABLE kernel_audit_entry
    ADD CONSTRAINT kernel_audit_entry_public_id_key UNIQUE (public_id);
"""
UNNAME_ENTRIES = "ALTER TABLE kernel_audit_entry DROP COLUMN public_id"

# Origins are deleted when their time is over, and never changed.
FORBID_UPDATES = """
CREATE TRIGGER refuse_update BEFORE UPDATE ON kernel_audit_origin
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, TRUNCATE ON kernel_audit_origin FROM suanji_app;
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0002_billing_months")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(NAME_ENTRIES, UNNAME_ENTRIES)],
            state_operations=[
                migrations.AddField(
                    "auditentry",
                    "public_id",
                    models.UUIDField(default=kernel.identifiers.uuid7, unique=True),
                )
            ],
        ),
        migrations.AddField(
            "auditentry", "before_hash", models.BinaryField(max_length=32, null=True)
        ),
        migrations.AddField(
            "auditentry", "after_hash", models.BinaryField(max_length=32, null=True)
        ),
        migrations.AddField(
            "auditentry", "origin_hash", models.BinaryField(max_length=32, null=True)
        ),
        migrations.AddIndex(
            "auditentry",
            models.Index(fields=["actor_kind", "actor_id", "id"], name="kernel_audit_entry_actor"),
        ),
        migrations.AddIndex(
            "auditentry",
            models.Index(
                fields=["action", "id"],
                name="kernel_audit_entry_action",
                opclasses=["varchar_pattern_ops", "int8_ops"],
            ),
        ),
        migrations.AddIndex(
            "auditentry",
            models.Index(fields=["recorded_at"], name="kernel_audit_entry_recorded"),
        ),
        migrations.CreateModel(
            name="AuditOrigin",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="origin",
                        serialize=False,
                        to="kernel.auditentry",
                    ),
                ),
                ("salt", models.BinaryField(max_length=32)),
                ("address", models.GenericIPAddressField(null=True)),
                ("user_agent", models.CharField(blank=True, max_length=300)),
                ("recorded_at", models.DateTimeField()),
            ],
            options={"db_table": "kernel_audit_origin"},
        ),
        migrations.AddIndex(
            "auditorigin",
            models.Index(fields=["recorded_at"], name="kernel_audit_origin_recorded"),
        ),
        migrations.RunSQL(
            FORBID_UPDATES, "DROP TRIGGER IF EXISTS refuse_update ON kernel_audit_origin"
        ),
    ]
