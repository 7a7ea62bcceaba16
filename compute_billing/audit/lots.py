"""What became of a lot: each charge that it paid, with its use, and what else moved in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from compute_billing.audit.laws import ROOM
from kernel.sql import rows, statement

# A lot has few movements besides its use: a grant, refunds, purchases, debts, its end.
MOVEMENTS_MAX: Final = 1_000
FILE_ROWS: Final = 1_000

UseKey = tuple[date, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LotUse:
    """What one charge took from a lot, or gave back where it is below zero, in the lot's unit."""

    recorded_month: date
    charge_id: int
    transaction_id: int
    segment_start: datetime
    segment_end: datetime
    is_reversal: bool
    source: str
    source_name: str
    record: str
    job: str
    amount: int

    @property
    def place(self) -> UseKey:
        """Return its place in the order of `lot_uses`."""
        return self.recorded_month, self.charge_id


@dataclass(frozen=True, slots=True, kw_only=True)
class LotMovement:
    """One posting of a lot that is not of use; positive when it came in."""

    kind: str
    reference: str
    occurred_at: datetime
    amount: int


def use_key(month: str, charge_id: str) -> UseKey:
    """Return a place in the order of `lot_uses` from its texts.

    Raises:
        ValueError: they are none.
    """
    return date.fromisoformat(month), int(charge_id)


def lot_uses(
    *, tenant_id: int, account_id: int, job: str, after: UseKey | None, limit: int
) -> list[LotUse]:
    """Return what charges of a job, or of all where it is '', took from a lot, in their order."""
    month, charge_id = after or (None, None)
    found = rows(
        statement(ROOM, "lot_uses.sql"),
        tenant_id=tenant_id,
        account_id=account_id,
        job=job,
        after_month=month,
        after_charge=charge_id,
        limit=limit,
    )
    return [LotUse(**use) for use in found]


def every_lot_use(*, tenant_id: int, account_id: int, job: str) -> Iterator[LotUse]:
    """Yield all that charges took from a lot, page by page."""
    after: UseKey | None = None
    while page := lot_uses(
        tenant_id=tenant_id, account_id=account_id, job=job, after=after, limit=FILE_ROWS
    ):
        yield from page
        after = page[-1].place


def lot_movements(*, account_id: int) -> list[LotMovement]:
    """Return what else moved in a lot, in book order."""
    found = rows(statement(ROOM, "lot_movements.sql"), account_id=account_id, limit=MOVEMENTS_MAX)
    return [LotMovement(**movement) for movement in found]
