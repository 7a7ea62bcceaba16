"""People, organisations and keys for tests: `make_x(**overrides)` by the real operations."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

from accounts import operations
from accounts.invitations.operations import IssuedInvitation, invite
from accounts.keys.operations import revoke_key
from accounts.models import ApiKey, Organisation, OrganisationKind, User
from accounts.operations import IssuedApiKey
from accounts.permissions import Caller, Role, Scope, Staff
from kernel.clock import utc_now

NOW = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
PASSWORD = "correct horse battery staple"

_numbers = count(1)


def make_user(**overrides: Any) -> User:
    """Make a person who can log in with PASSWORD."""
    values = {"email": f"person{next(_numbers)}@example.com", "password": PASSWORD, "now": NOW}
    return operations.create_user(**{**values, **overrides})


def make_organisation(**overrides: Any) -> Organisation:
    """Make an enterprise."""
    number = next(_numbers)
    values = {
        "code": f"organisation-{number}",
        "name": f"Organisation {number}",
        "kind": OrganisationKind.ENTERPRISE,
        "now": NOW,
    }
    return operations.create_organisation(**{**values, **overrides})


def make_member(
    *, organisation: Organisation | None = None, role: Role = Role.OWNER, user: User | None = None
) -> User:
    """Make a person with a role in an organisation."""
    member = user or make_user()
    employer = organisation or make_organisation()
    operations.add_member(user_id=member.id, organisation_id=employer.id, role=role, now=NOW)
    return member


def make_staff(*, role: Staff, user: User | None = None) -> User:
    """Make a person with a staff role."""
    officer = user or make_user()
    operations.grant_staff_role(user_id=officer.id, role=role, granted_by_id=None, now=NOW)
    return officer


def make_invitation(
    *, organisation: Organisation | None = None, role: Role = Role.VIEWER, **overrides: Any
) -> IssuedInvitation:
    """Invite somebody by an owner of the organisation, from now on."""
    employer = organisation or make_organisation()
    values = {
        "organisation_id": employer.id,
        "email": f"invited{next(_numbers)}@example.com",
        "role": role,
        "invited_by_id": make_member(organisation=employer).id,
        "now": utc_now(),
    }
    return invite(**{**values, **overrides})


def make_api_key(
    *, organisation: Organisation | None = None, scopes: Any = tuple(Scope), **overrides: Any
) -> IssuedApiKey:
    """Issue a key with its text; with every scope unless told otherwise."""
    owner = organisation or make_organisation()
    values = {"organisation_id": owner.id, "name": "cluster", "scopes": scopes, "now": NOW}
    return operations.issue_api_key(**{**values, **overrides})


def make_revoked_api_key(*, organisation: Organisation | None = None) -> IssuedApiKey:
    """Issue a key and revoke it."""
    issued = make_api_key(organisation=organisation)
    key: ApiKey = issued.api_key
    revoke_key(
        caller=Caller(), organisation_id=key.organisation_id, public_id=key.public_id, now=NOW
    )
    return issued
