"""A day's run: take up what both sides say, add up the days, and list where they part.

Stripe is asked first, and what it tells is kept. All else is one transaction under the lock of the
account: a process that dies leaves nothing half done, and of two runs the second finds it done.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.conf import settings

from compute_billing.bank.models import BankAccount
from compute_billing.cash.days import last_whole_day, start_of
from compute_billing.cash.fetching import LOOK_BACK, fetch_entries
from compute_billing.cash.listing import How, settle_keys
from compute_billing.cash.locks import lock_accounts
from compute_billing.cash.models import CashAccount, CashDay, CashDifference, Keeper
from compute_billing.payments.terms import is_set_up, terms
from kernel.errors import DomainError
from kernel.sql import execute, rows, statement
from kernel.transactions import transaction, transaction_required

ROOM: Final = "compute_billing.cash"
TAKING_UP: Final = {
    Keeper.STRIPE: ("take_up_entries.sql", "take_up_postings.sql"),
    Keeper.BANK: ("take_up_lines.sql", "take_up_postings.sql"),
}


class UnableToReconcile(DomainError):
    """The day is not over, or nobody keeps money under this name."""

    code = "unable_to_reconcile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What a run came to: the days that it wrote, and the differences that are open after it."""

    custody: str
    day: date
    days: int
    fetched: int
    open_differences: int


def reconcile_all(*, now: datetime, day: date | None = None) -> list[Reconciled]:
    """Reconcile every account up to a day, the last one that is over if none is given.

    One account that cannot be reconciled does not keep the others from it: the first fault is
    raised when all were tried.

    Raises:
        UnableToReconcile: the day is not over.
        StripeNotHeard: Stripe did not answer.
    """
    done, faults = [], []
    for custody in open_accounts(now=now):
        try:
            done.append(reconcile(custody=custody, day=day or last_whole_day(now), now=now))
        except DomainError as error:
            faults.append(error)
    if faults:
        raise faults[0]
    return done


def open_accounts(*, now: datetime) -> list[str]:
    """Write down every place where money lies that somebody else tells of; return all of them."""
    known = [
        (number, Keeper.BANK) for number in BankAccount.objects.values_list("custody", flat=True)
    ]
    if is_set_up():
        known.append((terms().custody, Keeper.STRIPE))
    with transaction():
        CashAccount.objects.bulk_create(
            [CashAccount(custody=name, keeper=keeper, opened_at=now) for name, keeper in known],
            ignore_conflicts=True,
        )
    return sorted(name for name, _ in known)


def reconcile(*, custody: str, day: date, now: datetime) -> Reconciled:
    """Compare what an account's keeper says with the books, for all days up to `day`.

    The same day again changes nothing, unless something was told late: then the days since are
    added up anew, and differences whose other half came are ended.

    Raises:
        UnableToReconcile: the day is not over, or there is no such account.
        StripeNotHeard: Stripe did not answer.
    """
    if day > last_whole_day(now):
        message = (
            f"{day} is not over: the last day that can be reconciled is {last_whole_day(now)}."
        )
        raise UnableToReconcile(message)
    account = CashAccount.objects.filter(custody=custody).first()
    if account is None:
        message = f"Nobody keeps money under {custody!r}: see the list on the desk."
        raise UnableToReconcile(message)
    fetched = 0
    if account.keeper == Keeper.STRIPE:
        to = account.reconciled_to
        since = None if to is None else start_of(to) - LOOK_BACK
        fetched = fetch_entries(account, since=since, now=now)
    days, open_differences = _reconcile(account.pk, day=day, now=now)
    return Reconciled(
        custody=custody, day=day, days=days, fetched=fetched, open_differences=open_differences
    )


def _reconcile(account_id: int, *, day: date, now: datetime) -> tuple[int, int]:
    with transaction():
        (account,) = lock_accounts([account_id])
        to_day = max(day, account.reconciled_to or day)
        days = bring_up_to(account, to_day=to_day, now=now)
        open_differences = CashDifference.objects.filter(account=account, ended_at=None).count()
        return days, open_differences


@transaction_required
def bring_up_to(
    account: CashAccount,
    *,
    to_day: date,
    now: datetime,
    decided: Sequence[str] = (),
    how: How | None = None,
) -> int:
    """Take up what is new, and bring days and differences to it; return how many days.

    Differences of the keys that were `decided` end as `how` says. The account is locked.
    """
    taken = take_up(account, now=now)
    settle_keys(account, keys=decided, up_to=to_day, how=how or How(now=now))
    before = account.reconciled_to
    starts: list[date] = [one["day"] for one in taken]
    if before is not None:
        starts.append(before + timedelta(days=1))
    from_day = min([*starts, to_day])
    _write_days(account, from_day=from_day, to_day=to_day, now=now)
    keys = rows(statement(ROOM, "touched_keys.sql"), account_id=account.pk, from_day=from_day)
    settle_keys(account, keys=[one["key"] for one in keys], up_to=to_day, how=How(now=now))
    account.reconciled_to = to_day
    account.save(update_fields=["reconciled_to"])
    return (to_day - from_day).days + 1


@transaction_required
def take_up(account: CashAccount, *, now: datetime) -> list[dict[str, Any]]:
    """Make items of all that is new on either side; return the key and the day of each.

    What was told of today or later is taken up as well: a movement whose other half is there
    already was late, and is not missing.
    """
    taken: list[dict[str, Any]] = []
    for name in TAKING_UP[Keeper(account.keeper)]:
        taken += rows(
            statement(ROOM, name),
            account_id=account.pk,
            custody=account.custody,
            zone=settings.BILLING_TIME_ZONE,
            now=now,
        )
    return taken


@transaction_required
def _write_days(account: CashAccount, *, from_day: date, to_day: date, now: datetime) -> None:
    """Add up the days; before the account's first movement there is none."""
    is_first = not CashDay.objects.filter(account=account).exists()
    if is_first and not account.items.exists():
        return
    execute(
        statement(ROOM, "write_days.sql"),
        account_id=account.pk,
        from_day=from_day,
        to_day=to_day,
        now=now,
    )
