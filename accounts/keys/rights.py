"""Which scopes who may give to a key. Pure."""

from collections.abc import Mapping
from typing import Final

from accounts.permissions import Caller, Role, Scope

# A role gives what it may do itself; a developer reads no bills and manages nobody.
OWNERS_ONLY: Final = frozenset({Scope.MEMBERS_READ, Scope.MEMBERS_WRITE, Scope.AUDIT_READ})
GIVES: Final[Mapping[Role, frozenset[Scope]]] = {
    Role.OWNER: frozenset(Scope),
    Role.DEVELOPER: frozenset(Scope) - OWNERS_ONLY - {Scope.BILLING_READ, Scope.BILLING_WRITE},
}


def may_give(caller: Caller) -> frozenset[Scope]:
    """Return the scopes that a caller may give: a key those it has, a person those of his roles."""
    if caller.api_key_id is not None:
        return caller.scopes
    return frozenset(scope for role in caller.roles for scope in GIVES.get(role, ()))
