"""Which roles who may give and take. Pure."""

from accounts.permissions import Caller, Role
from kernel.errors import DomainError


class OwnersByPeopleOnly(DomainError):
    """A key was to make or unmake an owner."""

    code = "owners_by_people_only"


def refuse_owner_by_key(*, caller: Caller, roles: set[Role]) -> None:
    """Let people alone make and unmake owners: a key that leaked takes no organisation over.

    Raises:
        OwnersByPeopleOnly: the caller is a key, and one of the roles is the owner's.
    """
    if caller.api_key_id is not None and Role.OWNER in roles:
        message = "A key makes and unmakes no owner: an owner does, in the portal."
        raise OwnersByPeopleOnly(message)
