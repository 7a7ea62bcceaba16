"""Every read of sandboxes."""

from accounts.models import Organisation
from accounts.permissions import Role
from accounts.queries import roles_in
from kernel.errors import DomainError
from kernel.worlds import is_sandbox


class NoSandbox(DomainError):
    """The organisation has no sandbox."""

    code = "no_sandbox"


def live_sandbox(*, organisation_id: int) -> Organisation | None:
    """Return the sandbox of an organisation, or the sandbox that it is itself; None without one."""
    own = {"id": organisation_id} if is_sandbox(organisation_id) else {}
    found = own or {"sandbox_of_id": organisation_id}
    return Organisation.objects.filter(retired_at=None, **found).first()


def sandbox_of(*, organisation_id: int) -> Organisation:
    """Return the live sandbox of an organisation, or the one that it is itself.

    Raises:
        NoSandbox: there is none.
    """
    found = live_sandbox(organisation_id=organisation_id)
    if found is None:
        message = "There is no sandbox: switch one on first."
        raise NoSandbox(message)
    return found


def parent_id(*, sandbox_id: int) -> int:
    """Return whose sandbox it is.

    Raises:
        NoSandbox: there is no such sandbox any more.
    """
    found = Organisation.objects.filter(id=sandbox_id, retired_at=None).first()
    if found is None or found.sandbox_of_id is None:
        message = "There is no sandbox: switch one on first."
        raise NoSandbox(message)
    return found.sandbox_of_id


def roles_in_sandbox(*, user_id: int, sandbox_id: int) -> frozenset[Role]:
    """Return what a person is in a live sandbox: what he is in the organisation whose it is.

    Whoever manages its keys owns the sandbox: a developer sees there what his program will cause,
    bills and balances too, for nothing of it is real.
    """
    parent = Organisation.objects.filter(id=sandbox_id, retired_at=None).values_list(
        "sandbox_of_id", flat=True
    )
    organisation_id = parent.first()
    if organisation_id is None:
        return frozenset()
    roles = roles_in(user_id=user_id, organisation_id=organisation_id)
    return roles | {Role.OWNER} if Role.DEVELOPER in roles else roles
