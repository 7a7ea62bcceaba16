"""Every read of invitations."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.invitations import tokens
from accounts.models import Invitation
from accounts.permissions import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInvitation:
    """An invitation that may still be accepted."""

    public_id: UUID
    organisation_name: str
    email: str
    role: Role
    expires_at: datetime


def invitations_of(*, organisation_id: int, now: datetime) -> list[OpenInvitation]:
    """Return an organisation's open invitations, newest first."""
    return _lines(_open(now).filter(organisation_id=organisation_id))


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
            expires_at=row.expires_at,
        )
        for row in rows.select_related("organisation")
    ]
