"""For how long what a tenant has lasts, at the pace of the last seven days."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, Final

from compute_billing.audit.draining import MILLISECOND, Kept, Place, Source, Stream, drain
from compute_billing.audit.laws import ROOM
from compute_billing.budgets.forecast import BURN_TIME
from kernel.sql import rows, statement

# Beyond this a forecast says nothing.
HORIZON: Final = timedelta(days=366)
CARD_HOUR: Final = 3_600_000_000
KEPT: Final = ("milli_cards", "starts_at", "until")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasting:
    """The instant from which something that is used can no longer be paid.

    `spent` is what the tenant itself bore in the seven days, in micro-yuan.
    `has_pace` is False where nothing was used; then, and where all is paid for a year, `ends_at`
    is None. `unused` is money that expires before it is used up, in micro-yuan.
    """

    at: datetime
    spent: int
    has_pace: bool
    ends_at: datetime | None
    is_by_expiry: bool
    unused: int

    @property
    def days_left(self) -> int | None:
        """Return the whole days until then."""
        return None if self.ends_at is None else (self.ends_at - self.at).days


def lasting(*, tenant_id: int, now: datetime) -> Lasting:
    """Return when a tenant's lots end at the pace of the last seven days: three questions.

    What subsidies paid of late they are taken to go on paying; credit is not counted.
    """
    used = rows(
        statement(ROOM, "streams_of_use.sql"),
        tenant_id=tenant_id,
        since=now - BURN_TIME,
        until=now,
    )
    streams = [_stream(place) for place in used if place["quantity"] > 0]
    drained = drain(
        streams=streams,
        lots=[
            Source(**lot)
            for lot in rows(statement(ROOM, "lots_to_drain.sql"), tenant_id=tenant_id, now=now)
        ],
        kept=[
            Kept(place=_place(hold), **{name: hold[name] for name in KEPT})
            for hold in rows(statement(ROOM, "holds_to_drain.sql"), tenant_id=tenant_id, now=now)
        ],
        now=now,
        until=now + HORIZON,
    )
    return Lasting(
        at=now,
        spent=sum(place["tenant"] for place in used),
        has_pace=any(stream.pace * stream.price for stream in streams),
        ends_at=drained.ends_at,
        is_by_expiry=drained.is_by_expiry,
        unused=drained.unused,
    )


def _stream(used: dict[str, Any]) -> Stream:
    is_priced = used["priced"] > 0
    price = (
        Fraction(max(used["money"], 0), used["priced"])
        if is_priced
        else Fraction(int(used["listed"] or 0), used["quantity"] * CARD_HOUR)
    )
    return Stream(
        place=_place(used),
        pace=Fraction(used["quantity"], BURN_TIME // MILLISECOND),
        price=price,
    )


def _place(row: dict[str, Any]) -> Place:
    names = ("operator_id", "cluster_id", "meter_id", "project_id")
    return Place(**{name: row[name] for name in names})
