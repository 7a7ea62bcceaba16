"""Remind officers of cases whose term ends, and organisations of a verification that ends.

Each reminder is a row that can be inserted once, and is told in the transaction that inserts it:
so nobody is told twice, whether workers run again or at once. Of what has passed nobody is told
any more that it is near.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from accounts.events.operations import emit_all
from accounts.events.vocabulary import Event, VerificationEnded, VerificationEnding
from accounts.models import Organisation, StaffRole, Verification
from accounts.notifications.kinds import RULES, Kind
from accounts.notifications.operations import Telling, tell
from accounts.verification.deadlines import is_near, local_day
from accounts.verification.kinds import Reminder
from accounts.verification.states import VerificationState
from kernel.nudges import wake_after_commit
from kernel.sql import rows, statement
from kernel.transactions import transaction, transaction_required

ENDING_DAYS: Final = 30
KIND_OF: Final = {
    Reminder.DUE_SOON: Kind.VERIFICATION_DUE_SOON,
    Reminder.OVERDUE: Kind.VERIFICATION_OVERDUE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something to be reminded of; `case` is that of officers."""

    organisation_id: int
    kind: Reminder
    day: date
    case: UUID | None = None

    @property
    def key(self) -> tuple[int, str, date]:
        """Return what there is once."""
        return self.organisation_id, str(self.kind), self.day


def remind(*, now: datetime) -> int:
    """Remind of all that is due and was not told yet; return of how much."""
    with transaction():
        due = sorted([*_cases(now=now), *_terms(now=now)], key=lambda one: one.key)
        first = _told_first(due, now=now)
        fresh = [one for one in due if one.key in first]
        officers = _officers() if any(one.case for one in fresh) else []
        tell([_telling(one, officers=officers) for one in fresh if one.case], now=now)
        wake_after_commit("mail")
        emit_all(
            [(one.organisation_id, _event(one, now=now)) for one in fresh if not one.case], now=now
        )
    return len(fresh)


@transaction_required
def _told_first(due: list[Due], *, now: datetime) -> set[tuple[int, str, date]]:
    """Write down what is told now, and return of what nobody had been told."""
    made = rows(
        statement("accounts.verification", "remind.sql"),
        organisation_ids=[one.organisation_id for one in due],
        kinds=[str(one.kind) for one in due],
        days=[one.day for one in due],
        now=now,
    )
    return {(row["organisation_id"], row["kind"], row["day"]) for row in made}


def _cases(*, now: datetime) -> Iterator[Due]:
    today = local_day(now)
    waiting = Verification.objects.filter(state=VerificationState.SUBMITTED, due_on__isnull=False)
    for case, organisation_id, due_on in waiting.values_list(
        "public_id", "organisation_id", "due_on"
    ):
        if due_on is None or not is_near(due_on=due_on, today=today):
            continue
        kind = Reminder.OVERDUE if today > due_on else Reminder.DUE_SOON
        yield Due(organisation_id=organisation_id, kind=kind, day=due_on, case=case)


def _terms(*, now: datetime) -> Iterator[Due]:
    soon = now + timedelta(days=ENDING_DAYS)
    ending = Organisation.real.filter(verified_until__lte=soon)
    for organisation_id, until in ending.values_list("id", "verified_until"):
        if until is None:
            continue
        kind = Reminder.ENDED if until <= now else Reminder.ENDING
        yield Due(organisation_id=organisation_id, kind=kind, day=local_day(until))


def _officers() -> list[int]:
    live = StaffRole.objects.filter(
        role__in=RULES[Kind.VERIFICATION_OVERDUE].staff, ended_at=None, user__is_active=True
    )
    return list(live.values_list("user_id", flat=True))


def _telling(due: Due, *, officers: list[int]) -> Telling:
    return Telling(
        kind=KIND_OF[due.kind],
        about={"case": str(due.case), "day": due.day.isoformat()},
        subject=f"case:{due.case}:{due.day}",
        organisation_id=due.organisation_id,
        user_ids=officers,
    )


def _event(due: Due, *, now: datetime) -> Event:
    if due.kind == Reminder.ENDED:
        return VerificationEnded(ends_on=due.day.isoformat())
    days_left = (due.day - local_day(now)).days
    return VerificationEnding(ends_on=due.day.isoformat(), days_left=days_left)
