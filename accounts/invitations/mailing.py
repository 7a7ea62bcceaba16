"""The e-mails of invitations: claim one, commit, send, write down; at most once, as notifications.

Whoever is invited may not be known here, so that an invitation is no notification of his. Of an
e-mail whose sender was killed nobody knows whether it left: inviting again sends a new link.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from accounts.encryption import decrypt
from accounts.models import Invitation
from accounts.notifications.mailing import GIVE_UP_AFTER, LEASE, MAILS_MAX
from accounts.notifications.models import MailState
from accounts.permissions import Role
from accounts.webhooks.backoff import next_attempt
from kernel.sql import row, statement
from kernel.transactions import transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationMail:
    """An e-mail in hand: whom it invites to what, and the token of its link."""

    invitation_id: int
    public_id: str
    address: str
    organisation: str
    role: Role
    token: str
    attempts: int
    created_at: datetime
    expires_at: datetime


def send_waiting(
    *,
    send: Callable[[InvitationMail], object],
    clock: Callable[[], datetime],
    limit: int = MAILS_MAX,
) -> int:
    """Send, one after the other, the invitations that wait; return how many were tried.

    `send` makes the words and raises OSError (as mail servers' errors are) when it cannot.
    """
    tried = 0
    while tried < limit and (mail := claim(now=clock())) is not None:
        tried += 1
        try:
            send(mail)
        except OSError:
            put_back(mail, now=clock())
        else:
            _move(mail, mail_state=MailState.SENT, token_encrypted="")
    return tried


def claim(*, now: datetime) -> InvitationMail | None:
    """Take the invitation that has waited longest, and mark it as being sent."""
    with transaction():
        taken = row(statement("accounts.invitations", "claim_mail.sql"), now=now)
        if taken is None:
            return None
        found = Invitation.objects.select_related("organisation").get(pk=taken["id"])
        return InvitationMail(
            invitation_id=found.pk,
            public_id=str(found.public_id),
            address=found.email,
            organisation=found.organisation.name,
            role=Role(found.role),
            token=decrypt(found.token_encrypted),
            attempts=found.mail_attempts,
            created_at=found.created_at,
            expires_at=found.expires_at,
        )


def put_back(mail: InvitationMail, *, now: datetime) -> None:
    """Try again later; after a day it is given up."""
    again = next_attempt(
        attempts=mail.attempts, now=now, give_up_at=mail.created_at + GIVE_UP_AFTER
    )
    if again is None:
        _move(mail, mail_state=MailState.FAILED, token_encrypted="")
    else:
        _move(mail, mail_state=MailState.WAITING, mail_next_at=again)


def give_up_lost(*, now: datetime) -> int:
    """Mark e-mails whose sender died or whose invitation has ended; return how many.

    Their tokens are forgotten.
    """
    with transaction():
        died = Q(mail_state=MailState.SENDING, mail_claimed_at__lte=now - LEASE)
        ended = Q(mail_state=MailState.WAITING) & (
            Q(accepted_at__isnull=False) | Q(revoked_at__isnull=False) | Q(expires_at__lte=now)
        )
        lost = {"mail_next_at": None, "token_encrypted": ""}
        count = Invitation.objects.filter(died).update(mail_state=MailState.LOST, **lost)
        return count + Invitation.objects.filter(ended).update(mail_state=MailState.NONE, **lost)


def _move(mail: InvitationMail, **values: object) -> None:
    with transaction():
        held = Invitation.objects.filter(pk=mail.invitation_id, mail_state=MailState.SENDING)
        held.update(**values)
