"""Every read of invitations."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.invitations import tokens
from accounts.models import Invitation
from accounts.notifications.models import MailState
from accounts.permissions import Role
from kernel.errors import DomainError


class InvitationUnknown(DomainError):
    """The organisation has made no such invitation."""

    code = "unknown_invitation"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInvitation:
    """An invitation that may still be accepted."""

    public_id: UUID
    organisation_name: str
    email: str
    role: Role
    expires_at: datetime
    was_not_sent: bool


def invitations_of(*, organisation_id: int, now: datetime) -> list[OpenInvitation]:
    """Return an organisation's open invitations, newest first."""
    return _lines(_open(now).filter(organisation_id=organisation_id))


def invitation_page(
    *, organisation_id: int, after: UUID | None, now: datetime, limit: int
) -> list[OpenInvitation]:
    """Return an organisation's open invitations, the newest first, from behind `after` on.

    Raises:
        InvitationUnknown: the organisation never made the invitation `after`.
    """
    own = _open(now).filter(organisation_id=organisation_id)
    if after is not None:
        made = Invitation.objects.filter(organisation_id=organisation_id, public_id=after)
        last_id = made.values_list("id", flat=True).first()
        if last_id is None:
            message = "You have made no such invitation."
            raise InvitationUnknown(message)
        own = own.filter(id__lt=last_id)
    return _lines(own[:limit])


def invitations_for(*, email: str, now: datetime) -> list[OpenInvitation]:
    """Return the open invitations for an address, newest first."""
    return _lines(_open(now).filter(email=email.lower()))


def invitation_by_token(*, token: str, now: datetime) -> OpenInvitation | None:
    """Return the open invitation of a link; None where the link is or has become nothing."""
    found = _lines(_open(now).filter(token_hash=tokens.hash_of(token)))
    return found[0] if found else None


def _open(now: datetime) -> QuerySet[Invitation]:
    unanswered = Q(accepted_at__isnull=True, revoked_at__isnull=True)
    return Invitation.objects.filter(unanswered, expires_at__gt=now).order_by("-id")


def _lines(rows: QuerySet[Invitation]) -> list[OpenInvitation]:
    return [
        OpenInvitation(
            public_id=row.public_id,
            organisation_name=row.organisation.name,
            email=row.email,
            role=Role(row.role),
            was_not_sent=row.mail_state in {MailState.FAILED, MailState.LOST},
            expires_at=row.expires_at,
        )
        for row in rows.select_related("organisation")
    ]
