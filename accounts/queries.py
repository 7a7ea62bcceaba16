"""Every read of people, organisations and roles."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from accounts.models import Membership, Organisation, StaffRole, User
from accounts.permissions import Role, Staff
from kernel.errors import DomainError


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipLine:
    """An organisation that a person belongs to, and as what."""

    name: str
    code: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLine:
    """A person of an organisation, and as what."""

    user_public_id: UUID
    email: str
    name: str
    roles: frozenset[Role]


class UserNotFound(DomainError):
    """Nobody has this e-mail address."""

    code = "user_not_found"


class OrganisationNotFound(DomainError):
    """No organisation has this code."""

    code = "organisation_not_found"


def user_by_email(*, email: str) -> User:
    """Return the person who logs in with this address.

    Raises:
        UserNotFound: nobody does.
    """
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None:
        message = "Nobody logs in with this e-mail address."
        raise UserNotFound(message)
    return user


def organisation_by_code(*, code: str) -> Organisation:
    """Return the organisation with this short name, which is no sandbox.

    Raises:
        OrganisationNotFound: there is none.
    """
    found = Organisation.real.filter(code=code).first()
    if found is None:
        message = f"There is no organisation {code!r}."
        raise OrganisationNotFound(message, details={"code": code})
    return found


def organisation_among(*, code: str, organisation_ids: Collection[int]) -> Organisation | None:
    """Return the organisation of these with this short name, a sandbox too; None without one."""
    return Organisation.objects.filter(code=code, id__in=organisation_ids).first()


def organisation_by_id(*, organisation_id: int) -> Organisation:
    """Return an organisation.

    Raises:
        OrganisationNotFound: there is none.
    """
    found = Organisation.objects.filter(id=organisation_id).first()
    if found is None:
        message = f"There is no organisation {organisation_id}."
        raise OrganisationNotFound(message)
    return found


def organisation_ids_by_code() -> dict[str, int]:
    """Return the id of every organisation by its short name."""
    return dict(Organisation.real.values_list("code", "id"))


def roles_in(*, user_id: int, organisation_id: int) -> frozenset[Role]:
    """Return the roles that a person has in an organisation now."""
    live = Membership.objects.filter(
        user_id=user_id, organisation_id=organisation_id, ended_at__isnull=True
    )
    return frozenset(Role(role) for role in live.values_list("role", flat=True))


def roles_by_organisation(*, user_id: int) -> dict[int, frozenset[Role]]:
    """Return every role that a person has now, by the id of its organisation."""
    live = Membership.objects.filter(user_id=user_id, ended_at__isnull=True)
    found: dict[int, set[Role]] = {}
    for organisation_id, role in live.values_list("organisation_id", "role"):
        found.setdefault(organisation_id, set()).add(Role(role))
    return {organisation_id: frozenset(roles) for organisation_id, roles in found.items()}


def organisations_of(*, user_id: int) -> list[Organisation]:
    """Return the organisations that a person belongs to now, by name."""
    live = Q(memberships__user_id=user_id, memberships__ended_at__isnull=True)
    return list(Organisation.objects.filter(live).distinct().order_by("name", "id"))


def memberships_of(*, user_id: int) -> list[MembershipLine]:
    """Return a person's organisations by name, each with his roles there now."""
    live = Membership.objects.filter(user_id=user_id, ended_at__isnull=True)
    found: dict[tuple[str, str], set[Role]] = {}
    for name, code, role in live.values_list("organisation__name", "organisation__code", "role"):
        found.setdefault((name, code), set()).add(Role(role))
    return [
        MembershipLine(name=name, code=code, roles=frozenset(roles))
        for (name, code), roles in sorted(found.items())
    ]


def members_of(*, organisation_id: int) -> list[MemberLine]:
    """Return an organisation's people by address, each with his roles there now."""
    live = Membership.objects.filter(organisation_id=organisation_id, ended_at__isnull=True)
    found: dict[tuple[str, str, UUID], set[Role]] = {}
    rows = live.values_list("user__email", "user__name", "user__public_id", "role")
    for email, name, public_id, role in rows:
        found.setdefault((email, name, public_id), set()).add(Role(role))
    return [
        MemberLine(user_public_id=public_id, email=email, name=name, roles=frozenset(roles))
        for (email, name, public_id), roles in sorted(found.items())
    ]


def member_id(*, organisation_id: int, user_public_id: UUID) -> int:
    """Return the id of a person of an organisation.

    Raises:
        UserNotFound: nobody of this organisation is that person.
    """
    live = Membership.objects.filter(
        organisation_id=organisation_id, user__public_id=user_public_id, ended_at__isnull=True
    )
    found = live.values_list("user_id", flat=True).first()
    if found is None:
        message = "Nobody of this organisation is that person."
        raise UserNotFound(message)
    return found


def staff_roles_of(*, user_id: int) -> frozenset[Staff]:
    """Return the staff roles that a person has now."""
    live = StaffRole.objects.filter(user_id=user_id, ended_at__isnull=True)
    return frozenset(Staff(role) for role in live.values_list("role", flat=True))


def staff_of(*, role: Staff) -> list[int]:
    """Return the people who have a staff role now."""
    live = StaffRole.objects.filter(role=role, ended_at__isnull=True, user__is_active=True)
    return sorted(set(live.values_list("user_id", flat=True)))


def has_staff_role(*, user_id: int) -> bool:
    """Say whether a person has any staff role now."""
    return StaffRole.objects.filter(user_id=user_id, ended_at__isnull=True).exists()


def was_member_since(*, user_id: int, organisation_id: int, since: datetime) -> bool:
    """Say whether a person was a member of an organisation at any moment from `since` on."""
    recent = Q(ended_at__isnull=True) | Q(ended_at__gt=since)
    return Membership.objects.filter(
        recent, user_id=user_id, organisation_id=organisation_id
    ).exists()
