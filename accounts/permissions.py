"""Who may do what. Pure: decided from values, without a database or a request."""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What a member may do for an organisation."""

    OWNER = "owner"
    FINANCE = "finance"
    DEVELOPER = "developer"
    SELLER = "seller"
    VIEWER = "viewer"


class Staff(StrEnum):
    """What a public servant or the operator's staff may do for the exchange."""

    LISTING_REVIEWER = "listing_reviewer"
    SUBSIDY_OFFICER = "subsidy_officer"
    SUBSIDY_APPROVER = "subsidy_approver"
    SUBSIDY_REVIEWER = "subsidy_reviewer"
    FINANCE = "finance"
    OPERATOR = "operator"
    AUDITOR = "auditor"


class Scope(StrEnum):
    """What an API key may do for its organisation."""

    USAGE_WRITE = "usage:write"
    USAGE_READ = "usage:read"
    BILLING_READ = "billing:read"
    BILLING_WRITE = "billing:write"
    CATALOGUE_READ = "catalogue:read"
    CATALOGUE_WRITE = "catalogue:write"
    MARKETPLACE_READ = "marketplace:read"
    MARKETPLACE_WRITE = "marketplace:write"
    KEYS_READ = "keys:read"
    KEYS_WRITE = "keys:write"
    MEMBERS_READ = "members:read"
    MEMBERS_WRITE = "members:write"
    AUDIT_READ = "audit:read"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"


ANY_MEMBER = frozenset(Role)
ANY_STAFF = frozenset(Staff)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, and on whose behalf: what a request was proved to be.

    A caller is either a person (with roles in the organisation he acts for, and staff
    roles) or an API key (with scopes).
    """

    organisation_id: int | None = None
    user_id: int | None = None
    api_key_id: int | None = None
    roles: frozenset[Role] = field(default_factory=frozenset)
    staff_roles: frozenset[Staff] = field(default_factory=frozenset)
    scopes: frozenset[Scope] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What an entrance asks for. One that asks for nothing lets nobody in."""

    required_scope: Scope | None = None
    allowed_roles: Collection[Role] = ()
    allowed_staff_roles: Collection[Staff] = ()


def may_enter(*, caller: Caller, rule: Rule) -> bool:
    """Say whether `rule` lets `caller` in; without a matching grant it does not."""
    if caller.api_key_id is not None:
        return rule.required_scope is not None and rule.required_scope in caller.scopes
    if caller.user_id is None:
        return False
    has_role = caller.organisation_id is not None and not caller.roles.isdisjoint(
        rule.allowed_roles
    )
    return has_role or not caller.staff_roles.isdisjoint(rule.allowed_staff_roles)
