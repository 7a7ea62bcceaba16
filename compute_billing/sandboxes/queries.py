"""What a sandbox is, as programs and people are shown it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from accounts.models import Organisation
from accounts.queries import organisation_by_id
from accounts.sandboxes import queries as sandboxes
from kernel.worlds import is_sandbox

DEMO_PROJECT: Final = "demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """How to reach a sandbox: what programs name when they report use in it.

    `source`, `cluster` and `price_list` bear the sandbox's code, which a reset does not change.
    Use of `account` counts to no project, that of `project_account` to `project`.
    """

    organisation_id: int
    public_id: UUID
    code: str
    name: str
    of_name: str
    opened_at: datetime
    account: str

    @property
    def source(self) -> str:
        """Return the source that use is reported by."""
        return self.code

    @property
    def cluster(self) -> str:
        """Return its only cluster."""
        return self.code

    @property
    def price_list(self) -> str:
        """Return the list of its prices."""
        return self.code

    @property
    def project(self) -> str:
        """Return the code of its project."""
        return DEMO_PROJECT

    @property
    def project_account(self) -> str:
        """Return the account whose use counts to the project."""
        return project_account(self.account)


def project_account(account: str) -> str:
    """Return the account of the source whose use counts to the demonstration's project."""
    return f"{account}/{DEMO_PROJECT}"


def sandbox(*, organisation_id: int) -> Sandbox | None:
    """Return an organisation's sandbox, or the one that it is itself; None without one."""
    found = sandboxes.live_sandbox(organisation_id=organisation_id)
    return None if found is None else described(found)


def described(found: Organisation) -> Sandbox:
    """Return a sandbox as it is shown."""
    parent = found if found.sandbox_of_id is None else _parent(found.sandbox_of_id)
    return Sandbox(
        organisation_id=found.pk,
        public_id=found.public_id,
        code=found.code,
        name=found.name,
        of_name=parent.name,
        opened_at=found.created_at,
        account=parent.code,
    )


def _parent(organisation_id: int) -> Organisation:
    return organisation_by_id(organisation_id=organisation_id)


def real_organisation_id(*, organisation_id: int) -> int:
    """Return the organisation itself, or the one whose sandbox it is.

    Raises:
        NoSandbox: it is a sandbox that was retired.
    """
    if not is_sandbox(organisation_id):
        return organisation_id
    return sandboxes.parent_id(sandbox_id=organisation_id)
