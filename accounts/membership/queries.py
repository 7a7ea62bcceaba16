"""Reads of an organisation's people, page by page."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch

from accounts.models import Membership, User
from accounts.permissions import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberShown:
    """Somebody of an organisation, with the roles that he has there now."""

    public_id: UUID
    email: str
    name: str
    roles: tuple[Role, ...]


def member_page(*, organisation_id: int, after: str | None, limit: int) -> list[MemberShown]:
    """Return an organisation's people by address, from behind `after` on."""
    live = Membership.objects.filter(organisation_id=organisation_id, ended_at__isnull=True)
    people = User.objects.filter(id__in=live.values("user_id"))
    if after is not None:
        people = people.filter(email__gt=after)
    roles = Prefetch("memberships", live.order_by("role"), to_attr="live_memberships")
    return [_shown(person) for person in people.prefetch_related(roles).order_by("email")[:limit]]


def member(*, organisation_id: int, user_id: int) -> MemberShown:
    """Return a person as the organisation knows him, without roles where he has none left."""
    live = Membership.objects.filter(organisation_id=organisation_id, ended_at__isnull=True)
    roles = Prefetch("memberships", live.order_by("role"), to_attr="live_memberships")
    return _shown(User.objects.prefetch_related(roles).get(id=user_id))


def _shown(person: User) -> MemberShown:
    memberships: list[Membership] = getattr(person, "live_memberships", [])
    return MemberShown(
        public_id=person.public_id,
        email=person.email,
        name=person.name,
        roles=tuple(Role(membership.role) for membership in memberships),
    )
