"""Book what the waterfall has found: the month, the charges, the shares, the postings."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from compute_billing.ledger import operations as ledger
from compute_billing.ledger.models import LedgerAccount
from compute_billing.rating.waterfall import ROOM, Booking, filled, run
from kernel.periods import month_after
from kernel.sql import execute, rows, statement
from kernel.transactions import transaction_required

PIECES: Final = "SELECT * FROM rating_piece"


@dataclass(frozen=True, slots=True)
class BookedMonths:
    """For each month of use, the month in which it is booked."""

    months: list[date]
    booked: list[date]


@dataclass(frozen=True, slots=True)
class Touched:
    """The months of use of the pieces, in order, and their prices with the accounts that earn."""

    months: list[date]
    prices: list[dict[str, Any]]

    @property
    def sellers(self) -> dict[int, list[int]]:
        """Return the operators that sell, each with its prices."""
        sold: dict[int, list[int]] = {}
        for price in self.prices:
            sold.setdefault(price["issuer_id"], []).append(price["price_id"])
        return sold


def find_touched(source: str) -> Touched:
    """Say what is touched by the usage or the pieces in the work tables."""
    found = rows(filled("touched.sql", touched=statement(ROOM, source)))
    prices = {touched["price_id"]: touched for touched in found}
    return Touched(sorted({touched["month"] for touched in found}), list(prices.values()))


@transaction_required
def share_months(*, tenant_id: int, months: list[date]) -> BookedMonths:
    """Share the locks of the tenant's months and say where each is booked.

    An open month takes its own use; use of a closed month goes to the first open one after it.
    """
    while True:
        states = _states(tenant_id=tenant_id, first_month=months[0])
        booked = [_open_month(month, states) for month in months]
        missing = sorted({*months, *booked} - states.keys())
        if not missing:
            return BookedMonths(months, booked)
        run("open_months.sql", tenant_id=tenant_id, months=missing)


def _states(*, tenant_id: int, first_month: date) -> dict[date, str]:
    found = rows(statement(ROOM, "share_months.sql"), tenant_id=tenant_id, first_month=first_month)
    return {row["month"]: row["state"] for row in found}


def _open_month(month: date, states: dict[date, str]) -> date:
    while states.get(month) == "closed":
        month = month_after(month)
    return month


@transaction_required
def price(*, tenant_id: int, months: BookedMonths, pieces: str = PIECES) -> None:
    """Stage 2: give each piece its gross by the cumulative difference of its counter."""
    execute(
        filled("price.sql", pieces=pieces),
        tenant_id=tenant_id,
        months=months.months,
        booked_months=months.booked,
    )


@transaction_required
def open_booking(*, tenant_id: int, run_id: int, now: datetime, is_held: bool = False) -> Booking:
    """Open the one ledger transaction of the run."""
    transaction_id = ledger.open_transaction(
        kind="rating", reference=str(run_id), occurred_at=now, now=now
    )
    return Booking(tenant_id, transaction_id, is_held)


@transaction_required
def write(booking: Booking, *, run_id: int, touched: Touched) -> None:
    """Write the charges, the postings with the balances they move, and the counters."""
    tenant_id = booking.tenant_id
    run("write_charges.sql", tenant_id=tenant_id, run_id=run_id)
    if booking.is_held:
        run("write_shares.sql")
    moved = {
        f"{name}s": [movement[name] for movement in booking.movements]
        for name in ("account_id", "unit", "price_id", "amount")
    }
    earning = _earnings(touched)
    run("write_postings.sql", transaction_id=booking.transaction_id, **moved, **earning)
    run("count.sql", tenant_id=tenant_id)
    run("count_spend.sql", tenant_id=tenant_id)


def _earnings(touched: Touched) -> dict[str, list[object]]:
    """Return the account that earns, for each price and unit of this run."""
    earnings: dict[str, list[object]] = {
        "earning_price_ids": [],
        "earning_units": [],
        "earning_ids": [],
    }
    for touched_price in touched.prices:
        for kind, unit, found in (
            (LedgerAccount.Kind.COMPUTE_REVENUE, "CNY", touched_price["revenue_account_id"]),
            (
                LedgerAccount.Kind.CARD_TIME_USED,
                touched_price["card_time_unit"],
                touched_price["card_time_account_id"],
            ),
        ):
            earnings["earning_price_ids"].append(touched_price["price_id"])
            earnings["earning_units"].append(unit)
            earnings["earning_ids"].append(
                found or _open_earning(touched_price["issuer_id"], kind, unit)
            )
    return earnings


def _open_earning(issuer_id: int, kind: str, unit: str) -> int:
    return ledger.account(
        owner_kind=LedgerAccount.OwnerKind.OPERATOR,
        owner_id=issuer_id,
        kind=kind,
        subject="",
        unit=unit,
    )
