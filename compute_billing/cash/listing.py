"""Keeps the list of differences as the items say it: opened, carried on, ended."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from compute_billing.cash.judging import Gap, Movement, gaps
from compute_billing.cash.models import (
    CashAccount,
    CashDifference,
    CashItem,
    DifferenceKind,
    Ending,
)
from kernel.transactions import transaction_required

BATCH: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How differences come to their end, and by whom; by themselves where nobody is named."""

    now: datetime
    ending: Ending = Ending.FOUND
    user_id: int | None = None
    reason: str = ""


@transaction_required
def settle_keys(account: CashAccount, *, keys: Sequence[str], up_to: date, how: How) -> None:
    """Bring the differences of these keys to what their items say up to a day.

    The caller has locked the account; `how` is noted on those that this ends.
    """
    for start in range(0, len(keys), BATCH):
        portion = keys[start : start + BATCH]
        movements, known = _movements(account, portion), _known(account, portion)
        for key in portion:
            found = gaps(key=key, movements=movements[key], up_to=up_to)
            _settle(account, key, found, known[key], how=how)


@transaction_required
def _settle(
    account: CashAccount,
    key: str,
    found: Sequence[Gap],
    known: Sequence[CashDifference],
    *,
    how: How,
) -> None:
    kept = []
    for gap in found:
        difference = _standing_for(gap, known) or CashDifference(
            account=account, key=key, kind=gap.kind, first_seen_at=how.now
        )
        _update(difference, gap)
        if gap.last_day is not None:
            _end(difference, last_day=gap.last_day, how=how)
        difference.save()
        kept.append(difference.pk)
    for difference in known:
        if difference.ended_at is None and difference.pk not in kept:
            _end(difference, last_day=difference.first_day, how=how)
            difference.save()


def _update(difference: CashDifference, gap: Gap) -> None:
    if gap.kind != DifferenceKind.LATE:
        difference.kind = gap.kind
    difference.amount_fen, difference.first_day = gap.amount_fen, gap.first_day
    difference.told_reference = gap.told_reference
    difference.booked_reference = gap.booked_reference


def _end(difference: CashDifference, *, last_day: date, how: How) -> None:
    difference.last_day = last_day
    if difference.ended_at is None:
        difference.ended_at, difference.ending = how.now, how.ending
        difference.ended_by_id, difference.reason = how.user_id, how.reason


def _movements(account: CashAccount, keys: Sequence[str]) -> dict[str, list[Movement]]:
    found: dict[str, list[Movement]] = defaultdict(list)
    items = CashItem.objects.filter(account=account, key__in=keys).order_by("day", "id")
    for item in items:
        found[item.key].append(
            Movement(
                day=item.day, side=item.side, amount_fen=item.amount_fen, reference=item.reference
            )
        )
    return found


def _known(account: CashAccount, keys: Sequence[str]) -> dict[str, list[CashDifference]]:
    found: dict[str, list[CashDifference]] = defaultdict(list)
    rows = CashDifference.objects.filter(account=account, key__in=keys).order_by("first_day", "id")
    for difference in rows:
        found[difference.key].append(difference)
    return found


def _standing_for(gap: Gap, known: Iterable[CashDifference]) -> CashDifference | None:
    """Return the difference that shares a day with a gap; an open gap continues no ended one."""
    for difference in known:
        if difference.ended_at is not None and gap.last_day is None:
            continue
        begins_before_end = gap.last_day is None or difference.first_day <= gap.last_day
        ends_after_start = difference.last_day is None or gap.first_day < difference.last_day
        if begins_before_end and ends_after_start:
            return difference
    return None
