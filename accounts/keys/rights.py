"""Which scopes who may give to a key. Pure."""

from collections.abc import Mapping
from typing import Final

from accounts.permissions import Caller, Role, Scope

# A role gives what it may do itself; a developer reads no bills, prices nothing, manages nobody.
OWNERS_ONLY: Final = frozenset({Scope.MEMBERS_READ, Scope.MEMBERS_WRITE, Scope.AUDIT_READ})
MONEY: Final = frozenset({Scope.BILLING_READ, Scope.BILLING_WRITE, Scope.CATALOGUE_WRITE})
GIVES: Final[Mapping[Role, frozenset[Scope]]] = {
    Role.OWNER: frozenset(Scope),
    Role.DEVELOPER: frozenset(Scope) - OWNERS_ONLY - MONEY,
}

# In a sandbox there is nothing to protect but the people, of whom it has none.
SANDBOX_SCOPES: Final = frozenset(Scope) - {Scope.MEMBERS_READ, Scope.MEMBERS_WRITE}


def may_give(caller: Caller, *, in_sandbox: bool = False) -> frozenset[Scope]:
    """Return the scopes that a caller may give: a key those it has, a person those of his roles.

    Whoever may make keys at all gives a sandbox's key every scope that means something there.
    """
    if in_sandbox:
        makes_keys = Scope.KEYS_WRITE in caller.scopes or not caller.roles.isdisjoint(GIVES)
        return SANDBOX_SCOPES if makes_keys else frozenset()
    if caller.api_key_id is not None:
        return caller.scopes
    return frozenset(scope for role in caller.roles for scope in GIVES.get(role, ()))
