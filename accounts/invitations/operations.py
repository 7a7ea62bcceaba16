"""Every write to invitations: open, then accepted once, revoked or expired."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from accounts.encryption import encrypt
from accounts.invitations import tokens
from accounts.locks import lock_invitation, lock_organisation
from accounts.membership.operations import insert_membership
from accounts.models import Invitation, Membership, User
from accounts.notifications.models import MailState
from accounts.permissions import Role
from accounts.sandboxes.rights import refuse_in_sandbox
from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.nudges import wake_after_commit
from kernel.transactions import transaction

VALID_FOR: Final = timedelta(days=7)
# An organisation cannot be made to write to half the world.
OPEN_MAX: Final = 100
_STATE_AFTER: Final = {
    "accounts.invite": "open",
    "accounts.revoke_invitation": "revoked",
    "accounts.accept_invitation": "accepted",
}


class UnableToInvite(DomainError):
    """The person has the role already, or too many invitations are open."""

    code = "unable_to_invite"


class InvitationNotFound(DomainError):
    """There is no such open invitation for this person or of this organisation."""

    code = "invitation_not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedInvitation:
    """A new invitation with the token of its link, which is sent once and never shown again."""

    invitation: Invitation
    token: str


def invite(
    *,
    organisation_id: int,
    email: str,
    role: Role,
    invited_by_id: int,
    now: datetime,
    actor: Actor | None = None,
) -> IssuedInvitation:
    """Offer a role to whoever has the address, and queue the e-mail with its link.

    An earlier open offer of the role is revoked; if it was not sent yet, it never is.

    `invited_by_id` answers for it; the actor is that person unless a key of his acts.

    Raises:
        UnableToInvite: he has the role already, or too many invitations are open.
        NotInASandbox: a sandbox has no people of its own.
    """
    refuse_in_sandbox(organisation_id=organisation_id)
    address, token = email.strip().lower(), tokens.generate()
    with transaction():
        lock_organisation(organisation_id)
        _refuse_member(address, organisation_id=organisation_id, role=role)
        waiting = _unanswered(organisation_id)
        waiting.filter(email=address, role=role).update(revoked_at=now)
        if waiting.filter(expires_at__gt=now).count() >= OPEN_MAX:
            message = f"{OPEN_MAX} invitations are open: revoke some first."
            raise UnableToInvite(message)
        made = Invitation.objects.create(
            organisation_id=organisation_id,
            email=address,
            role=role,
            token_hash=tokens.hash_of(token),
            invited_by_id=invited_by_id,
            created_at=now,
            expires_at=now + VALID_FOR,
            token_encrypted=encrypt(token),
            mail_state=MailState.WAITING,
            mail_next_at=now,
        )
        wake_after_commit("mail")
        _record("accounts.invite", made, actor=actor or Actor.user(invited_by_id), now=now)
    return IssuedInvitation(invitation=made, token=token)


def revoke_invitation(
    *, organisation_id: int, invitation_id: UUID, actor: Actor, now: datetime
) -> None:
    """Take an open invitation back.

    Raises:
        InvitationNotFound: the organisation has no such open invitation.
    """
    with transaction():
        own = Invitation.objects.filter(public_id=invitation_id, organisation_id=organisation_id)
        invitation = _locked_open(own.values_list("id", flat=True).first(), now=now)
        invitation.revoked_at = now
        invitation.save(update_fields=["revoked_at"])
        _record("accounts.revoke_invitation", invitation, actor=actor, now=now)


def accept_invitation(*, invitation_id: UUID, user_id: int, now: datetime) -> Membership:
    """Take the role that was offered to the address with which the person signs in.

    Raises:
        InvitationNotFound: no such invitation is open for his address.
        UnableToAddMember: he has the role already.
    """
    with transaction():
        email = User.objects.values_list("email", flat=True).get(id=user_id)
        his = Invitation.objects.filter(public_id=invitation_id, email=email)
        invitation = _locked_open(his.values_list("id", flat=True).first(), now=now)
        actor = Actor.user(user_id)
        made = insert_membership(
            user_id=user_id,
            organisation_id=invitation.organisation_id,
            role=Role(invitation.role),
            now=now,
            actor=actor,
        )
        invitation.accepted_at = now
        invitation.save(update_fields=["accepted_at"])
        _record("accounts.accept_invitation", invitation, actor=actor, now=now)
    return made


def _refuse_member(address: str, *, organisation_id: int, role: Role) -> None:
    has_it = Membership.objects.filter(
        user__email=address, organisation_id=organisation_id, role=role, ended_at__isnull=True
    )
    if has_it.exists():
        message = f"This person is already {role} of the organisation."
        raise UnableToInvite(message)


def _unanswered(organisation_id: int) -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        organisation_id=organisation_id, accepted_at__isnull=True, revoked_at__isnull=True
    )


def _locked_open(invitation_id: int | None, *, now: datetime) -> Invitation:
    invitation = None if invitation_id is None else lock_invitation(invitation_id)
    if (
        invitation is None
        or invitation.accepted_at is not None
        or invitation.revoked_at is not None
        or invitation.expires_at <= now
    ):
        message = "There is no such open invitation: ask for a new one."
        raise InvitationNotFound(message)
    return invitation


def _record(action: str, invitation: Invitation, *, actor: Actor, now: datetime) -> None:
    audit.record(
        action=action,
        object_type="invitation",
        object_id=invitation.pk,
        actor=actor,
        organisation_id=invitation.organisation_id,
        detail={"role": str(invitation.role)},
        before=None if action == "accounts.invite" else {"state": "open"},
        after={"state": _STATE_AFTER[action]},
        now=now,
    )
