"""Operations for migrations that keep the books append-only."""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

FORBID_CHANGES = "SELECT forbid_changes(%s::regclass)"
ALLOW_CHANGES = "SELECT allow_changes(%s::regclass)"


class AppendOnly(Operation):
    """Make a table, and every partition of it, append-only.

    A row trigger refuses UPDATE and DELETE for everybody, the owner included, and reaches
    partitions made later. UPDATE, DELETE and TRUNCATE are revoked from the app role on
    the table and on each partition that exists now: privileges are not inherited, so
    whoever adds a partition runs `SELECT forbid_changes('parent')` again (harmless to
    repeat).

    The migration must depend on `("kernel", "0001_foundation")`.
    """

    reduces_to_sql = True
    reversible = True
    atomic = True

    def __init__(self, table: str) -> None:
        """Name the table as the database knows it: "usage_record"."""
        self.table = table

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave the models as they are."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Add the trigger and take the privileges."""
        schema_editor.execute(FORBID_CHANGES, [self.table])

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Drop the trigger and give the privileges back."""
        schema_editor.execute(ALLOW_CHANGES, [self.table])

    def describe(self) -> str:
        """Say what the operation does, for `migrate --plan`."""
        return f"Make {self.table} append-only"

    @property
    def migration_name_fragment(self) -> str:
        """Name a migration that holds only this operation."""
        return f"{self.table}_append_only"

    def references_model(self, name: str, app_label: str) -> bool:
        """Never allow the optimiser to move other operations across this one."""
        return True

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Write the operation into a migration file."""
        return (self.__class__.__name__, [self.table], {})
