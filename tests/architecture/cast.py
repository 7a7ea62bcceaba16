"""The cast of the permission matrix: everybody who might knock."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import timedelta

from django.test import Client

from accounts.models import Organisation, User
from accounts.permissions import Role, Scope, Staff
from tests.architecture.permission_rows import Access
from tests.builders.accounts import (
    NOW,
    make_api_key,
    make_member,
    make_organisation,
    make_revoked_api_key,
    make_staff,
    make_user,
)
from tests.builders.sessions import give_second_factor, signed_in


@dataclass(frozen=True)
class Knocker:
    """Somebody who knocks: with what he shows, and what he may by declaration."""

    name: str
    roles: frozenset[Role] = frozenset()
    staff: frozenset[Staff] = frozenset()
    scopes: frozenset[Scope] = frozenset()
    # Shows a key that is none: the API refuses it even where nothing need be shown.
    dead: bool = False
    # Somebody who signed in, whatever he may.
    is_person: bool = False
    client: Client = field(default_factory=Client, compare=False)

    def may_enter(self, access: Access) -> bool:
        """Say what the matrix expects; written apart from the code under test."""
        if access.public:
            return True
        return (
            (access.signed_in and self.is_person)
            or bool(self.roles & frozenset(access.roles))
            or bool(self.staff & frozenset(access.staff))
            or access.scope in self.scopes
        )


@dataclass(frozen=True)
class Cast:
    """A tenant, another tenant, and everybody who knocks at the tenant's doors."""

    tenant: Organisation
    outsider: Organisation
    knockers: list[Knocker]

    def afresh(self) -> Cast:
        """Return the same people with the cookies and headers they have now, all in copies."""
        return Cast(
            tenant=deepcopy(self.tenant),
            outsider=deepcopy(self.outsider),
            knockers=[_copied(knocker) for knocker in self.knockers],
        )


def _copied(knocker: Knocker) -> Knocker:
    client = Client()
    client.defaults = dict(knocker.client.defaults)
    client.cookies = deepcopy(knocker.client.cookies)
    return replace(knocker, client=client)


def by_session(name: str, *, user, **rights: object) -> Knocker:
    return Knocker(name, client=signed_in(user), is_person=True, **rights)


def with_second_factor(user: User) -> User:
    give_second_factor(user)
    return user


def by_ended_session(name: str, tenant: Organisation) -> Knocker:
    """Return the browser of an owner whose session is over, which has its cookie still."""
    client = signed_in(make_member(organisation=tenant, role=Role.OWNER))
    session = client.session
    if name == "session expired":
        session.set_expiry(timedelta(seconds=-1))
        session.save()
    else:
        session.delete()
    return Knocker(name, client=client)


def by_key(name: str, *, text: str, **rights: object) -> Knocker:
    client = Client(headers={"authorization": f"Bearer {text}"})
    return Knocker(name, client=client, **rights)


def make_cast() -> Cast:
    """Make everybody: each role, each staff role, each scope, and those who hold nothing."""
    tenant, outsider = make_organisation(), make_organisation()
    knockers = [Knocker("anonymous"), by_session("without any role", user=make_user())]
    knockers += [by_ended_session(name, tenant) for name in ("session ended", "session expired")]
    knockers += [
        by_session(
            f"member {role}",
            user=with_second_factor(make_member(organisation=tenant, role=role)),
            roles=frozenset({role}),
        )
        for role in Role
    ]
    knockers += [
        by_session(
            f"staff {staff}",
            user=with_second_factor(make_staff(role=staff)),
            staff=frozenset({staff}),
        )
        for staff in Staff
    ]
    knockers += [
        by_key(
            f"key {scope}",
            text=make_api_key(organisation=tenant, scopes=[scope]).text,
            scopes=frozenset({scope}),
        )
        for scope in Scope
    ]
    expired = make_api_key(organisation=tenant, now=NOW.replace(year=2020), expires_at=NOW)
    knockers += [
        by_key("key revoked", text=make_revoked_api_key(organisation=tenant).text, dead=True),
        by_key("key expired", text=expired.text, dead=True),
        by_key("key unknown", text="sk_000000000000_" + "a" * 43, dead=True),
    ]
    return Cast(tenant, outsider, knockers)
