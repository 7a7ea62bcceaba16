"""Charge what lies in the work tables: cut it, find its payers, book it."""

import os
import socket
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from compute_billing.ledger import operations as ledger
from compute_billing.rating import booking, waterfall
from compute_billing.rating.models import RatingRun
from compute_billing.rating.waterfall import ROOM, filled, run
from kernel.sql import execute, rows, statement
from kernel.transactions import transaction_required


@transaction_required
def start_run(*, tenant_id: int, kind: str, count: int, queue: str, now: datetime) -> int:
    """Note who rates what, in which process of which host."""
    started = RatingRun.objects.create(
        tenant_id=tenant_id,
        kind=kind,
        started_at=now,
        host=socket.gethostname(),
        pid=os.getpid(),
        queue=queue,
        usage_count=count,
    )
    return int(started.pk)


@transaction_required
def find_spans(*, tenant_id: int) -> None:
    """Find the tenant's price of every instant that rating_usage needs."""
    run("find_spans.sql", tenant_id=tenant_id, time_zone=settings.BILLING_TIME_ZONE)


@transaction_required
def cut(*, has_suspensions: bool) -> None:
    """Cut the records in rating_usage where the price of the instant changes."""
    execute(filled("cut.sql", pieces=statement(ROOM, "pieces_of_usage.sql")))
    if has_suspensions:
        run("spread_suspended.sql")


@transaction_required
def pay_usage(
    *,
    tenant_id: int,
    run_id: int,
    profile: dict[str, Any],
    now: datetime,
    has_holds: bool = False,
) -> None:
    """Send the records in rating_usage down the waterfall and book what comes out.

    Where no card-time has to be asked first, they are cut and priced in one statement.
    """
    touched = booking.find_touched("touched_by_usage.sql")
    bill = _open(
        tenant_id=tenant_id,
        run_id=run_id,
        profile=profile,
        touched=touched,
        now=now,
        has_holds=has_holds,
    )
    if bill is None:
        return
    if bill.book.is_held or bill.payers.of_kind("in_kind"):
        cut(has_suspensions=False)
        _pay(bill, pieces=booking.PIECES)
    else:
        _pay(bill, pieces=statement(ROOM, "pieces_of_usage.sql"))


@transaction_required
def pay_pieces(
    *,
    tenant_id: int,
    run_id: int,
    profile: dict[str, Any],
    now: datetime,
    cause: str = "",
    has_holds: bool = False,
) -> None:
    """Send the pieces in rating_piece down the waterfall and book what comes out."""
    touched = booking.find_touched("touched_by_pieces.sql")
    bill = _open(
        tenant_id=tenant_id,
        run_id=run_id,
        profile=profile,
        touched=touched,
        now=now,
        cause=cause,
        has_holds=has_holds,
    )
    if bill is not None:
        _pay(bill, pieces=booking.PIECES)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bill:
    """What one booking needs: its months and payers are locked."""

    run_id: int
    profile: dict[str, Any]
    touched: booking.Touched
    months: booking.BookedMonths
    payers: waterfall.Payers
    need: waterfall.Need
    book: waterfall.Booking
    now: datetime


def _open(
    *,
    tenant_id: int,
    run_id: int,
    profile: dict[str, Any],
    touched: booking.Touched,
    now: datetime,
    cause: str = "",
    has_holds: bool = False,
) -> _Bill | None:
    """Lock months and payers and open the transaction, if anything has a price at all."""
    if not touched.months:
        return None
    is_held = has_holds and run("find_held.sql", tenant_id=tenant_id) > 0
    months = booking.share_months(tenant_id=tenant_id, months=touched.months)
    payers = waterfall.lock_payers(tenant_id=tenant_id, sellers=touched.sellers)
    return _Bill(
        run_id=run_id,
        profile=profile,
        touched=touched,
        months=months,
        payers=payers,
        need=waterfall.Need.of(
            quantity=profile["quantity"],
            prices=touched.prices,
            months=months.months,
            booked_months=months.booked,
            cause=cause,
        ),
        book=booking.open_booking(tenant_id=tenant_id, run_id=run_id, now=now, is_held=is_held),
        now=now,
    )


def _pay(bill: _Bill, *, pieces: str) -> None:
    payers, book = bill.payers, bill.book
    waterfall.burn_card_time(payers, booking=book)
    booking.price(tenant_id=book.tenant_id, months=bill.months, pieces=pieces)
    waterfall.burn_promotions(payers, booking=book)
    waterfall.share_awards(payers, booking=book)
    waterfall.burn_own_money(payers, profile=bill.profile, need=bill.need, booking=book)
    booking.write(book, run_id=bill.run_id, touched=bill.touched)
    if book.is_held:
        done = rows(statement(ROOM, "holds_done.sql"), tenant_id=book.tenant_id)
        ledger.let_go([hold["id"] for hold in done], state="closed", now=bill.now)


def clear_pieces() -> None:
    """Empty the work tables for another booking of the same transaction."""
    run("clear_pieces.sql")
    run("clear_segments.sql")
