"""Tells finance of differences that nobody has ended within a working day."""

from datetime import date, datetime

from accounts.notifications.kinds import Kind
from accounts.notifications.operations import Telling, tell
from accounts.permissions import Staff
from accounts.queries import staff_of
from compute_billing.cash.days import day_of
from compute_billing.cash.models import CashDifference
from kernel.money import Money
from kernel.nudges import wake_after_commit
from kernel.transactions import transaction
from kernel.working_days import expected_deadline


def tell_overdue(*, now: datetime) -> int:
    """Tell finance, once each, of what has been open for longer than a working day.

    Whoever was told of a difference is not told again. Return how many are overdue.
    """
    with transaction():
        found = [
            one
            for one in CashDifference.objects.filter(ended_at=None).select_related("account")
            if due_day(one) < day_of(now)
        ]
        if found:
            people = staff_of(role=Staff.FINANCE)
            tell([_telling(one, people) for one in found], now=now)
            wake_after_commit("mail")
        return len(found)


def due_day(difference: CashDifference) -> date:
    """Return by when a difference should be gone: the working day after it was first seen."""
    seen_on = day_of(difference.first_seen_at)
    return expected_deadline(day=seen_on, days=1).day


def _telling(difference: CashDifference, user_ids: list[int]) -> Telling:
    amount = Money.from_fen(difference.amount_fen)
    about = {
        "difference": str(difference.public_id),
        "custody": difference.account.custody,
        "kind": difference.kind,
        "since": difference.first_day.isoformat(),
        "amount": {"amount": amount.to_text(), "currency": amount.currency},
    }
    return Telling(
        kind=Kind.CASH_DIFFERENCE_OPEN,
        about=about,
        subject=str(difference.public_id),
        user_ids=user_ids,
    )
