"""Take up what a payee earned since, with its commission, and let go of what was kept back.

Each step is a transaction under the payee's lock; killed anywhere, the next call goes on.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any, Final

from compute_billing.payouts.entering import enter, payee_account, standing
from compute_billing.payouts.locks import ROOM, lock_payee
from compute_billing.payouts.models import EntryKind, Payee, PayeeEarning, PayeeReserve
from compute_billing.payouts.netting import Counted, spread
from compute_billing.payouts.terms_models import CommissionCounter, PayoutTerms
from kernel.sql import row, rows, statement
from kernel.transactions import transaction, transaction_required

SOURCES_MAX: Final = 500
# A transaction that is open for longer than a task may run cannot be committed any more.
IN_FLIGHT: Final = timedelta(days=1)
# What the keeper of the money takes, and the payee's own money, bear no commission.
WITHOUT_COMMISSION: Final = frozenset({"fee", "own", "other"})


def accrue_all(*, now: datetime) -> int:
    """Take up what every payee with terms has earned since; return how many entries it made."""
    payees = PayoutTerms.objects.order_by("payee_id").values_list("payee_id", flat=True).distinct()
    return sum(accrue(payee_id=payee_id, now=now) for payee_id in payees)


def accrue(*, payee_id: int, now: datetime) -> int:
    """Take up what a payee has earned since; return how many entries it made."""
    made = 0
    while take_up(payee_id=payee_id, now=now):
        made += 1
    return made + release_due(payee_id=payee_id, now=now)


def take_up(*, payee_id: int, now: datetime) -> int:
    """Take up a page of transactions; return how many earnings it brought."""
    with transaction():
        if not PayoutTerms.objects.filter(payee_id=payee_id).exists():
            return 0
        payee = lock_payee(payee_id, now=now)
        # Read under the lock, which whoever agrees on other terms holds as well.
        terms = list(PayoutTerms.objects.filter(payee_id=payee_id).order_by("from_month"))
        found = rows(
            statement(ROOM, "new_earnings.sql"),
            payee_id=payee_id,
            seen_to=payee.seen_to,
            limit=SOURCES_MAX,
        )
        if not found:
            _note_seen(payee, now=now)
            return 0
        _enter_earned(payee, found, terms=terms, now=now)
        return len(found)


def release_due(*, payee_id: int, now: datetime) -> int:
    """Let go of what was kept back long enough; return how many parts."""
    with transaction():
        payee = lock_payee(payee_id, now=now)
        due = PayeeReserve.objects.filter(
            payee=payee, released_by__isnull=True, release_at__lte=now
        ).order_by("entry_id")
        for part in due:
            stands = standing(payee)
            moves = spread(part.amount, payable=stands["payable"], debt=stands["debt"])
            part.released_by = enter(
                payee,
                kind=EntryKind.RELEASED,
                moves=moves.__class__(**{**asdict(moves), "reserve": -part.amount}),
                now=now,
            )
            part.save(update_fields=["released_by"])
        return len(due)


@transaction_required
def _note_seen(payee: Payee, *, now: datetime) -> None:
    """Remember how far nothing new can appear: all of it was looked at."""
    found = row(statement(ROOM, "settled_transaction.sql"), before=now - IN_FLIGHT)
    if found is not None and found["id"] > payee.seen_to:
        payee.seen_to = found["id"]
        payee.save(update_fields=["seen_to"])


@transaction_required
def _enter_earned(
    payee: Payee, found: Sequence[dict[str, Any]], *, terms: Sequence[PayoutTerms], now: datetime
) -> None:
    earnings = _with_commission(found, terms=terms)
    earned, commission, tax = (
        sum(getattr(earning, name) for earning in earnings)
        for name in ("amount", "commission", "commission_tax")
    )
    stands = standing(payee)
    current = terms[-1]
    moves = spread(
        earned - commission - tax,
        payable=stands["payable"],
        debt=stands["debt"],
        reserve_ppm=current.reserve_ppm,
    )
    entry = enter(
        payee,
        kind=EntryKind.EARNED,
        moves=moves,
        now=now,
        outside=[
            (payee_account(payee.pk, "payee_earned"), -earned),
            (payee_account(payee.pk, "commission"), commission),
            (payee_account(payee.pk, "commission_tax"), tax),
        ],
        earned=earned,
        commission=commission,
        commission_tax=tax,
    )
    for earning in earnings:
        earning.entry, earning.payee = entry, payee
    PayeeEarning.objects.bulk_create(earnings)
    if moves.reserve > 0:
        PayeeReserve.objects.create(
            entry=entry,
            payee=payee,
            amount=moves.reserve,
            release_at=now + timedelta(days=current.reserve_days),
        )


@transaction_required
def _with_commission(
    found: Sequence[dict[str, Any]], *, terms: Sequence[PayoutTerms]
) -> list[PayeeEarning]:
    """Return the earnings with what each of them bears, counted on by their terms."""
    counters = {
        counter.terms_id: counter for counter in CommissionCounter.objects.filter(terms__in=terms)
    }
    earnings = []
    for line in found:
        agreed = _agreed(terms, month=line["month"])
        counter = counters[agreed.pk]
        before = Counted(
            base=counter.base,
            commission=counter.commission,
            commission_tax=counter.commission_tax,
        )
        after = before
        if line["kind"] not in WITHOUT_COMMISSION:
            after = before.with_more(
                line["amount"],
                rate_ppm=agreed.commission_ppm,
                tax_ppm=agreed.commission_tax_ppm,
            )
        counter.base, counter.commission = after.base, after.commission
        counter.commission_tax = after.commission_tax
        earnings.append(
            PayeeEarning(
                terms=agreed,
                commission=after.commission - before.commission,
                commission_tax=after.commission_tax - before.commission_tax,
                **line,
            )
        )
    CommissionCounter.objects.bulk_update(
        counters.values(), ["base", "commission", "commission_tax"]
    )
    return earnings


def _agreed(terms: Sequence[PayoutTerms], *, month: date) -> PayoutTerms:
    """Return the terms of a month; what was used before the first ones is under the first."""
    valid = [one for one in terms if one.from_month <= month]
    return valid[-1] if valid else terms[0]
