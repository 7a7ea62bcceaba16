"""The queue of e-mails: claim one, commit, send, write down.

At most once: the e-mail is marked before it is sent. One that the server refused is tried again;
one whose sender was killed is `lost`, because nobody knows whether it left. The inbox has it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q

from accounts.notifications.models import MailState, Notification
from accounts.webhooks.backoff import next_attempt
from kernel.sql import row, statement
from kernel.transactions import transaction

MAILS_MAX: Final = 200
# Longer than sending one may take.
LEASE: Final = timedelta(minutes=10)
GIVE_UP_AFTER: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """An e-mail in hand: to whom, in which language, of what."""

    notification_id: int
    public_id: str
    address: str
    language: str
    kind: str
    about: dict[str, Any]
    organisation: str
    code: str
    created_at: datetime


def send_waiting(
    *, send: Callable[[Mail], object], clock: Callable[[], datetime], limit: int = MAILS_MAX
) -> int:
    """Send, one after the other, the e-mails that wait; return how many were tried.

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
            note_sent(mail, now=clock())
    return tried


def claim(*, now: datetime) -> Mail | None:
    """Take the e-mail that has waited longest, and mark it as being sent."""
    with transaction():
        taken = row(statement("accounts.notifications", "claim_mail.sql"), now=now)
        if taken is None:
            return None
        found = Notification.objects.select_related("user", "organisation").get(pk=taken["id"])
        return Mail(
            notification_id=found.pk,
            public_id=str(found.public_id),
            address=found.user.email,
            language=found.user.language,
            kind=found.kind,
            about=found.about,
            organisation="" if found.organisation is None else found.organisation.name,
            code="" if found.organisation is None else found.organisation.code,
            created_at=found.created_at,
        )


def note_sent(mail: Mail, *, now: datetime) -> None:
    """Note that the mail server took it."""
    _move(mail, mail_state=MailState.SENT, mail_sent_at=now, mail_next_at=None)


def put_back(mail: Mail, *, now: datetime) -> None:
    """Try again later; after a day it is given up."""
    attempts = Notification.objects.values_list("mail_attempts", flat=True)
    again = next_attempt(
        attempts=attempts.get(pk=mail.notification_id),
        now=now,
        give_up_at=mail.created_at + GIVE_UP_AFTER,
    )
    state = MailState.FAILED if again is None else MailState.WAITING
    _move(mail, mail_state=state, mail_next_at=again)


def give_up_lost(*, now: datetime) -> int:
    """Mark e-mails whose sender died, and those of people who left; return how many."""
    with transaction():
        died = Q(mail_state=MailState.SENDING, mail_claimed_at__lte=now - LEASE)
        return Notification.objects.filter(died).update(mail_state=MailState.LOST)


def _move(mail: Mail, **values: object) -> None:
    with transaction():
        held = Notification.objects.filter(pk=mail.notification_id, mail_state=MailState.SENDING)
        held.update(**values)
