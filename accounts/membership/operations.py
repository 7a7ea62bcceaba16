"""Every write to memberships. One rule above all: an organisation keeps an owner."""

from datetime import datetime
from typing import Any

from accounts.events.operations import emit
from accounts.events.vocabulary import MemberAdded, MemberEnded
from accounts.locks import lock_organisation
from accounts.models import Membership, User
from accounts.permissions import Role
from accounts.sandboxes.rights import refuse_in_sandbox
from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.transactions import transaction, transaction_required


class UnableToAddMember(DomainError):
    """The user already has this role in the organisation."""

    code = "already_member"


class UnableToEndMembership(DomainError):
    """The user has no such role in the organisation."""

    code = "not_a_member"


class LastOwner(DomainError):
    """An organisation keeps at least one owner."""

    code = "last_owner"


def add_member(
    *,
    user_id: int,
    organisation_id: int,
    role: Role,
    now: datetime,
    actor: Actor | None = None,
) -> Membership:
    """Give a person a role in an organisation; without an actor the house itself does.

    Raises:
        UnableToAddMember: he has it already.
    """
    with transaction():
        return insert_membership(
            user_id=user_id,
            organisation_id=organisation_id,
            role=role,
            now=now,
            actor=actor or Actor.system(),
        )


@transaction_required
def insert_membership(
    *, user_id: int, organisation_id: int, role: Role, now: datetime, actor: Actor
) -> Membership:
    """Write a membership and who gave it, in the open transaction.

    Raises:
        UnableToAddMember: the person has the role already.
        NotInASandbox: a sandbox has no people of its own.
    """
    refuse_in_sandbox(organisation_id=organisation_id)
    has_it = UnableToAddMember(f"The user is already {role} of this organisation.")
    with constraint_errors({"accounts_membership_one_live": has_it}):
        made = Membership.objects.create(
            user_id=user_id, organisation_id=organisation_id, role=role, created_at=now
        )
    _record_membership("accounts.add_member", made, actor=actor, before=None, now=now)
    _tell(MemberAdded, made, now=now)
    return made


def end_membership(
    *,
    user_id: int,
    organisation_id: int,
    role: Role,
    now: datetime,
    actor: Actor | None = None,
) -> None:
    """End a person's role in an organisation; the row stays, with its end.

    Raises:
        UnableToEndMembership: he does not have it.
        LastOwner: nobody would own the organisation.
    """
    with transaction():
        lock_organisation(organisation_id)
        membership = _live_membership(user_id, organisation_id=organisation_id, role=role)
        _end(membership, now=now, actor=actor or Actor.system())


def change_role(
    *, user_id: int, organisation_id: int, role: Role, new_role: Role, now: datetime, actor: Actor
) -> Membership:
    """Give a person another role in place of one that he has.

    Raises:
        UnableToEndMembership: he does not have the first.
        LastOwner: nobody would own the organisation.
        UnableToAddMember: he has the second already.
    """
    with transaction():
        lock_organisation(organisation_id)
        membership = _live_membership(user_id, organisation_id=organisation_id, role=role)
        made = insert_membership(
            user_id=user_id,
            organisation_id=organisation_id,
            role=new_role,
            now=now,
            actor=actor,
        )
        _end(membership, now=now, actor=actor)
    return made


@transaction_required
def end_memberships_of(*, user_id: int, actor: Actor, now: datetime) -> None:
    """End every role that a person has, in the open transaction.

    Raises:
        LastOwner: an organisation would lose its last owner.
    """
    live = Membership.objects.filter(user_id=user_id, ended_at__isnull=True)
    for organisation_id in sorted(set(live.values_list("organisation_id", flat=True))):
        lock_organisation(organisation_id)
        for membership in live.filter(organisation_id=organisation_id).order_by("id"):
            _end(membership, now=now, actor=actor)


def _live_membership(user_id: int, *, organisation_id: int, role: Role) -> Membership:
    found = Membership.objects.filter(
        user_id=user_id, organisation_id=organisation_id, role=role, ended_at__isnull=True
    ).first()
    if found is None:
        message = f"The user is not {role} of this organisation."
        raise UnableToEndMembership(message)
    return found


def _end(membership: Membership, *, now: datetime, actor: Actor) -> None:
    """End a membership; the organisation is locked, so no other owner leaves meanwhile."""
    live_owners = Membership.objects.filter(
        organisation_id=membership.organisation_id, role=Role.OWNER, ended_at__isnull=True
    )
    if membership.role == Role.OWNER and not live_owners.exclude(id=membership.pk).exists():
        message = "This is the last owner: make somebody else an owner first."
        raise LastOwner(message)
    before = _state(membership)
    membership.ended_at = now
    membership.save(update_fields=["ended_at"])
    _record_membership("accounts.end_membership", membership, actor=actor, before=before, now=now)
    _tell(MemberEnded, membership, now=now)


def _tell(event: type[MemberAdded | MemberEnded], membership: Membership, *, now: datetime) -> None:
    member = User.objects.values_list("public_id", flat=True).get(pk=membership.user_id)
    told = event(member=member, role=str(membership.role))
    emit(told, organisation_id=membership.organisation_id, now=now)


def _state(membership: Membership) -> dict[str, Any]:
    ended_at = membership.ended_at
    return {
        "user_id": membership.user_id,
        "role": str(membership.role),
        "ended_at": None if ended_at is None else ended_at.isoformat(),
    }


def _record_membership(
    action: str,
    membership: Membership,
    *,
    actor: Actor,
    before: dict[str, Any] | None,
    now: datetime,
) -> None:
    audit.record(
        action=action,
        object_type="membership",
        object_id=membership.pk,
        actor=actor,
        organisation_id=membership.organisation_id,
        detail={"user_id": membership.user_id, "role": str(membership.role)},
        before=before,
        after=_state(membership),
        now=now,
    )
