"""Roles and organisations in the reader's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.invitations.queries import OpenInvitation
from accounts.permissions import Role
from accounts.queries import MemberLine, MembershipLine

ROLE_NAMES: Final[Mapping[Role, Promise]] = {
    Role.OWNER: _("owner"),
    Role.FINANCE: _("finance"),
    Role.DEVELOPER: _("developer"),
    Role.SELLER: _("seller"),
    Role.VIEWER: _("viewer"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnOrganisation:
    """An organisation that one belongs to, with the names of one's roles there."""

    name: str
    code: str
    roles: list[Promise]
    is_owned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleLine:
    """One role of a member: what forms send, and what is read."""

    value: str
    name: Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person of an organisation."""

    id: UUID
    email: str
    name: str
    roles: list[RoleLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """An open invitation."""

    id: UUID
    organisation: str
    email: str
    role: Promise
    expires_at: datetime
    was_not_sent: bool


def own_organisations(lines: list[MembershipLine]) -> list[OwnOrganisation]:
    """Return a person's organisations as they are shown."""
    return [
        OwnOrganisation(
            name=line.name,
            code=line.code,
            roles=role_names(line.roles),
            is_owned=Role.OWNER in line.roles,
        )
        for line in lines
    ]


def members(lines: list[MemberLine]) -> list[Member]:
    """Return an organisation's people as they are shown."""
    return [
        Member(
            id=line.user_public_id,
            email=line.email,
            name=line.name,
            roles=[
                RoleLine(value=role.value, name=name)
                for role, name in ROLE_NAMES.items()
                if role in line.roles
            ],
        )
        for line in lines
    ]


def invited(lines: list[OpenInvitation]) -> list[Invited]:
    """Return open invitations as they are shown."""
    return [
        Invited(
            id=line.public_id,
            organisation=line.organisation_name,
            email=line.email,
            role=ROLE_NAMES[line.role],
            expires_at=line.expires_at,
            was_not_sent=line.was_not_sent,
        )
        for line in lines
    ]


def role_names(roles: frozenset[Role]) -> list[Promise]:
    """Return the names of roles, always in the same order."""
    return [name for role, name in ROLE_NAMES.items() if role in roles]
