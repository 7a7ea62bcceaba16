"""Every write to notifications: tell somebody, note that he read it, keep what he wants."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import Membership, User
from accounts.notifications.kinds import RULES, Channel, Kind, is_told
from accounts.notifications.models import MailState, Notification, NotificationPreference
from kernel.audit import refuse_personal_data
from kernel.errors import DomainError
from kernel.nudges import wake_after_commit
from kernel.transactions import transaction, transaction_required
from kernel.worlds import is_sandbox


class UnableToRefuse(DomainError):
    """Of this kind everybody is told."""

    code = "unable_to_refuse_notification"


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What is to be told to whom: the people, or those of an organisation whom the kind concerns.

    `subject` names what happened: nobody is told twice of one subject of a kind.
    """

    kind: Kind
    about: Mapping[str, Any]
    subject: str
    organisation_id: int | None = None
    user_ids: Collection[int] | None = None


@transaction_required
def notify(
    *,
    kind: Kind,
    about: Mapping[str, Any],
    subject: str,
    now: datetime,
    organisation_id: int | None = None,
    user_ids: Collection[int] | None = None,
) -> None:
    """Tell those whom a kind concerns, in the transaction of what happened.

    Without `user_ids` these are the members of the organisation with the roles of the kind.
    `about` holds references and figures, of which words are made when somebody reads them.

    Raises:
        PersonalDataInAudit: `about` holds what looks like personal data.
        MissingTransaction: no transaction is open.
    """
    telling = Telling(
        kind=kind,
        about=about,
        subject=subject,
        organisation_id=organisation_id,
        user_ids=user_ids,
    )
    tell([telling], now=now)
    wake_after_commit("mail")


@transaction_required
def tell(tellings: Iterable[Telling], *, now: datetime) -> None:
    """Write the notifications of many at once; who was told of a subject is not told again.

    Nobody is told of a sandbox: its programs hear of it by their webhooks.
    """
    listed = [telling for telling in tellings if not is_sandbox(telling.organisation_id or 0)]
    people = _people_of(listed)
    wanted = _preferences({user_id for ids in people for user_id in ids})
    rows = []
    for telling, user_ids in zip(listed, people, strict=True):
        refuse_personal_data(telling.about)
        rows += [
            row
            for user_id in user_ids
            if (row := _row(telling, user_id=user_id, wanted=wanted, now=now)) is not None
        ]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)


def _people_of(tellings: list[Telling]) -> list[list[int]]:
    organisation_ids = {
        telling.organisation_id or 0 for telling in tellings if telling.user_ids is None
    }
    members = Membership.objects.filter(
        organisation_id__in=organisation_ids, ended_at=None, user__is_active=True
    )
    by_organisation: dict[int, set[tuple[int, str]]] = {}
    for organisation_id, user_id, role in members.values_list("organisation_id", "user_id", "role"):
        by_organisation.setdefault(organisation_id, set()).add((user_id, role))
    return [
        sorted(telling.user_ids)
        if telling.user_ids is not None
        else sorted(
            {
                user_id
                for user_id, role in by_organisation.get(telling.organisation_id or 0, ())
                if role in RULES[telling.kind].roles
            }
        )
        for telling in tellings
    ]


def _preferences(user_ids: Collection[int]) -> dict[tuple[int, str, str], bool]:
    rows = NotificationPreference.objects.filter(user_id__in=user_ids)
    return {(row.user_id, row.kind, row.channel): row.is_wanted for row in rows}


def _row(
    telling: Telling,
    *,
    user_id: int,
    wanted: Mapping[tuple[int, str, str], bool],
    now: datetime,
) -> Notification | None:
    told = {
        channel: is_told(
            telling.kind, channel, preference=wanted.get((user_id, telling.kind, channel))
        )
        for channel in Channel
    }
    if not any(told.values()):
        return None
    return Notification(
        user_id=user_id,
        organisation_id=telling.organisation_id,
        kind=telling.kind,
        about=dict(telling.about),
        subject=telling.subject,
        in_inbox=told[Channel.INBOX],
        created_at=now,
        mail_state=MailState.WAITING if told[Channel.EMAIL] else MailState.NONE,
        mail_next_at=now if told[Channel.EMAIL] else None,
    )


def mark_read(*, user_id: int, now: datetime, public_id: UUID | None = None) -> int:
    """Note that a person has read one of his notifications, or all; return how many were new."""
    with transaction():
        unread = Notification.objects.filter(user_id=user_id, in_inbox=True, read_at=None)
        if public_id is not None:
            unread = unread.filter(public_id=public_id)
        return unread.update(read_at=now)


def keep_preferences(
    *, user_id: int, language: str, wanted: Mapping[tuple[Kind, Channel], bool]
) -> None:
    """Keep what a person wants to be told of, how, and in which language he is written to.

    Raises:
        UnableToRefuse: he would not be told of what everybody is told of.
    """
    for (kind, _channel), is_wanted in wanted.items():
        if not is_wanted and not RULES[kind].may_be_refused:
            message = f"Of {kind} everybody is told: it is about the safety of the account."
            raise UnableToRefuse(message)
    with transaction():
        User.objects.filter(pk=user_id).update(language=language)
        NotificationPreference.objects.bulk_create(
            [
                NotificationPreference(
                    user_id=user_id, kind=kind, channel=channel, is_wanted=is_wanted
                )
                for (kind, channel), is_wanted in wanted.items()
                if RULES[kind].may_be_refused
            ],
            update_conflicts=True,
            unique_fields=["user", "kind", "channel"],
            update_fields=["is_wanted"],
        )
