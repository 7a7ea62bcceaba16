"""Ask for what is due, rest from asking, and stop the spending of who does not pay.

Lock order: the tenant's wallet. So a reminder and a payment of one tenant never cross.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from accounts.events.operations import emit
from accounts.events.vocabulary import PaymentDue
from accounts.notifications.kinds import Kind
from accounts.notifications.operations import Telling, tell
from accounts.permissions import Staff
from accounts.queries import staff_of
from compute_billing.ledger.locks import lock_wallet
from compute_billing.ledger.pausing import pause as pause_spending
from compute_billing.ledger.pausing import resume
from compute_billing.receivables import terms
from compute_billing.receivables.models import DunningNotice, DunningPause, DunningStep
from compute_billing.receivables.queries import (
    DEBTORS_MAX,
    OVERDUE,
    OpenItem,
    Receivable,
    asking,
    debtors,
    receivable,
    receivables_of,
    stopped_tenants,
)
from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.money import Money
from kernel.nudges import wake, wake_after_commit
from kernel.transactions import transaction, transaction_if_not_already, transaction_required

logger = logging.getLogger(__name__)


class UnableToPauseDunning(DomainError):
    """No reason, a day that is over, asking rests already, or there is nothing to rest from."""

    code = "unable_to_pause_dunning"


class UnableToStopSpending(DomainError):
    """Nothing is overdue at the last level, or the wallet is stopped already."""

    code = "unable_to_stop_spending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dunned:
    """What a run did: reminders that it sent, and tenants that it could not look at."""

    notices: int
    failed: Sequence[int]


def dun(*, now: datetime, page_size: int = DEBTORS_MAX) -> Dunned:
    """Remind every tenant of what is due, each in a transaction of its own.

    Debtors are read by pages of `page_size`, so that all are asked however many there are.
    Harmless to repeat: a tenant is reminded for an operator once a day, of an item at a level
    once. One that fails stops no other; it is tried again by the next run.
    """
    notices, failed = 0, []
    owing = _owing(page_size=page_size)
    for tenant_id in dict.fromkeys(chain(owing, stopped_tenants())):
        try:
            notices += len(list(_dun_tenant(tenant_id, now=now)))
        except Exception:
            logger.exception("tenant %s could not be reminded", tenant_id)
            failed.append(tenant_id)
    wake("events")
    return Dunned(notices=notices, failed=failed)


def _owing(*, page_size: int) -> Iterator[int]:
    """Yield who owes something, by id, a page at a time."""
    last_id = 0
    while page := debtors(after_id=last_id, limit=page_size):
        yield from (debtor.pk for debtor in page)
        last_id = page[-1].pk


def dun_by_the_clock(*, now: datetime) -> Dunned:
    """Remind on working days, from nine in the morning on; else do nothing."""
    if not terms.is_time_to_ask(now):
        return Dunned(notices=0, failed=())
    return dun(now=now)


def _dun_tenant(tenant_id: int, *, now: datetime) -> Iterator[DunningNotice]:
    found = receivables_of(tenant_id=tenant_id)
    if not any(owed.overdue(today=terms.local_day(now)) for owed in found):
        with transaction():
            resume(tenant_id=tenant_id, reason=OVERDUE)
    for owed in found:
        made = remind(tenant_id=tenant_id, operator_id=owed.operator_id, now=now)
        if made is not None:
            yield made


def remind(*, tenant_id: int, operator_id: int, now: datetime) -> DunningNotice | None:
    """Remind a tenant of what came to its next level; None where there is nothing to say.

    Not of what is in dispute, nor below LEAST_MICRO together, nor while asking rests.
    """
    today = terms.local_day(now)
    with transaction():
        lock_wallet(tenant_id)
        owed = receivable(tenant_id=tenant_id, operator_id=operator_id)
        if owed is None or _rests(owed, today=today):
            return None
        steps = _steps(owed, today=today)
        amount = sum(asked for _, asked, _ in steps)
        if amount < terms.LEAST_MICRO:
            return None
        return _notice(owed, steps=steps, amount=amount, today=today, now=now)


def _rests(owed: Receivable, *, today: date) -> bool:
    paused = DunningPause.objects.filter(
        tenant_id=owed.tenant_id, operator_id=owed.operator_id, ended_at=None, until__gte=today
    )
    told = DunningNotice.objects.filter(
        tenant_id=owed.tenant_id, operator_id=owed.operator_id, day=today
    )
    return paused.exists() or told.exists()


def _steps(owed: Receivable, *, today: date) -> list[tuple[OpenItem, int, int]]:
    """Return items that came to a level of which they were not told, what is asked, the level."""
    known = DunningStep.objects.filter(tenant_id=owed.tenant_id, operator_id=owed.operator_id)
    told: dict[str, int] = {}
    for key, level in known.values_list("item", "level"):
        told[key] = max(level, told.get(key, 0))
    # A correction that is in the books already lowers what is asked, the latest item first.
    waiting = max(0, -owed.unbilled)
    steps = []
    for item in reversed(owed.items):
        given = min(waiting, item.asked)
        waiting -= given
        level = terms.level_reached(due=item.due_on, today=today)
        if item.asked > given and level > told.get(item.key, 0):
            steps.append((item, item.asked - given, level))
    return steps[::-1]


@transaction_required
def _notice(
    owed: Receivable,
    *,
    steps: Sequence[tuple[OpenItem, int, int]],
    amount: int,
    today: date,
    now: datetime,
) -> DunningNotice:
    level = max(level for _, _, level in steps)
    made = DunningNotice.objects.create(
        tenant_id=owed.tenant_id,
        operator_id=owed.operator_id,
        day=today,
        level=level,
        amount=amount,
        disputed=owed.disputed,
        made_at=now,
    )
    DunningStep.objects.bulk_create(
        DunningStep(
            notice=made,
            tenant_id=owed.tenant_id,
            operator_id=owed.operator_id,
            item=item.key,
            level=reached,
            due_on=item.due_on,
            open=asked,
        )
        for item, asked, reached in steps
    )
    due = PaymentDue(
        notice=made.public_id,
        operator=owed.operator,
        level=level,
        items=len(steps),
        due_on=min(item.due_on for item, _, _ in steps).isoformat(),
        amount=Money(amount),
        disputed=Money(owed.disputed),
    )
    emit(due, organisation_id=owed.tenant_id, now=now)
    if level == terms.LAST_LEVEL:
        _tell_finance(owed, notice=made, now=now)
    return made


@transaction_required
def _tell_finance(owed: Receivable, *, notice: DunningNotice, now: datetime) -> None:
    """Tell the people who decide; nothing is stopped by itself."""
    about = {
        "tenant": notice.tenant.name,
        "operator": owed.operator,
        "amount": {"amount": Money(notice.amount).to_text(), "currency": "CNY"},
    }
    telling = Telling(
        kind=Kind.PAYMENT_LONG_OVERDUE,
        about=about,
        subject=str(notice.public_id),
        user_ids=staff_of(role=Staff.FINANCE),
    )
    tell([telling], now=now)
    wake_after_commit("mail")


def pause_dunning(
    *,
    tenant_id: int,
    operator_id: int,
    until: date,
    reason: str,
    user_id: int,
    now: datetime,
) -> DunningPause:
    """Ask nothing of a tenant for an operator up to and with a day.

    Raises:
        UnableToPauseDunning: no reason, a day that is over, it rests already, or never owed.
    """
    if not reason.strip():
        message = "Say why: whoever looks later has only this."
        raise UnableToPauseDunning(message, details={"field": "reason"})
    if until < terms.local_day(now):
        message = f"{until} is over: name a day from today on."
        raise UnableToPauseDunning(message, details={"field": "until"})
    if receivable(tenant_id=tenant_id, operator_id=operator_id) is None:
        message = "The tenant owes this operator nothing."
        raise UnableToPauseDunning(message, details={"field": "until"})
    rests = UnableToPauseDunning("Asking rests already: end that first.")
    with (
        transaction_if_not_already(),
        constraint_errors({"dunning_pause_one_at_a_time": rests}),
    ):
        over = DunningPause.objects.filter(
            tenant_id=tenant_id, operator_id=operator_id, until__lt=terms.local_day(now)
        )
        over.filter(ended_at=None).update(ended_at=now)
        made = DunningPause.objects.create(
            tenant_id=tenant_id,
            operator_id=operator_id,
            until=until,
            reason=reason.strip(),
            made_by_id=user_id,
            made_at=now,
        )
        _record("pause", tenant_id, operator_id, user_id=user_id, now=now)
        return made


def end_pause(*, tenant_id: int, operator_id: int, user_id: int, now: datetime) -> None:
    """Go on asking; harmless where asking does not rest."""
    with transaction_if_not_already():
        open_ones = DunningPause.objects.filter(
            tenant_id=tenant_id, operator_id=operator_id, ended_at=None
        )
        if open_ones.update(ended_at=now):
            _record("end_pause", tenant_id, operator_id, user_id=user_id, now=now)


def stop_spending(*, tenant_id: int, operator_id: int, user_id: int, now: datetime) -> None:
    """Pause a tenant's wallet for what is overdue at the last level: a person's decision.

    Raises:
        UnableToStopSpending: it was not asked at the last level, it is paid, or it is paused.
    """
    today = terms.local_day(now)
    with transaction_if_not_already():
        wallet = lock_wallet(tenant_id)
        told = asking(tenant_ids=[tenant_id], today=today).get((tenant_id, operator_id))
        owed = receivable(tenant_id=tenant_id, operator_id=operator_id)
        if not told or told.level < terms.LAST_LEVEL or not owed or not owed.overdue(today=today):
            message = "Only what is overdue and was asked for at the last level stops spending."
            raise UnableToStopSpending(message)
        if wallet is None or wallet.paused_reason:
            message = "Spending is stopped already."
            raise UnableToStopSpending(message)
        pause_spending(tenant_id=tenant_id, reason=OVERDUE)
        _record("stop_spending", tenant_id, operator_id, user_id=user_id, now=now)


def let_spend(*, tenant_id: int, operator_id: int, user_id: int, now: datetime) -> None:
    """Let a tenant spend again that was stopped for what is overdue; harmless otherwise."""
    with transaction_if_not_already():
        resume(tenant_id=tenant_id, reason=OVERDUE)
        _record("let_spend", tenant_id, operator_id, user_id=user_id, now=now)


def _record(verb: str, tenant_id: int, operator_id: int, *, user_id: int, now: datetime) -> None:
    audit.record(
        action=f"receivables.{verb}",
        object_type="receivable",
        object_id=f"{tenant_id}:{operator_id}",
        organisation_id=tenant_id,
        actor=Actor.user(user_id),
        now=now,
        detail={"operator_id": operator_id},
    )
