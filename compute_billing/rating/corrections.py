"""Take back what was never used: a correction gives its seconds back to who paid for them."""

from datetime import datetime
from typing import Any, Final

from compute_billing.ledger import operations as ledger
from compute_billing.rating import booking, live, reversal, unwinding
from compute_billing.rating.waterfall import ROOM, run
from kernel.sql import row, rows, statement
from kernel.transactions import transaction_required

PARKED_ORIGINAL_UNRATED: Final = "original_unrated"
PARKED_NOT_CHARGED_THERE: Final = "not_charged_there"
CAUSE: Final = "correction"


@transaction_required
def reverse(*, tenant_id: int, run_id: int, now: datetime) -> int:
    """Take back what the correction in rating_usage says; park it while its original waits.

    Returns how many corrections were parked: one or none.
    """
    original = row(statement(ROOM, "find_original.sql"), tenant_id=tenant_id)
    if original is None:
        message = "a correction without its original was recorded"
        raise LookupError(message)
    live.find(tenant_id=tenant_id, **original)
    if live.extent()["stretches"] == 0:
        return _park(PARKED_ORIGINAL_UNRATED, tenant_id=tenant_id)
    room = _room()
    if room["stretches"] == 0:
        return _park(PARKED_NOT_CHARGED_THERE, tenant_id=tenant_id)
    _bring_to_the_top(tenant_id=tenant_id, original=original, room=room, now=now)
    run("pieces_of_correction.sql")
    reversal.reverse_pieces(tenant_id=tenant_id, run_id=run_id, cause=CAUSE, now=now)
    # What comes back to a lot pays what is owed at once, not with the next top-up.
    ledger.clear_debts(tenant_id=tenant_id, now=now)
    return 0


def _room() -> dict[str, Any]:
    return rows(statement(ROOM, "room_of_correction.sql"))[0]


def _park(reason: str, *, tenant_id: int) -> int:
    return run("park_correction.sql", tenant_id=tenant_id, reason=reason)


@transaction_required
def _bring_to_the_top(
    *, tenant_id: int, original: dict[str, Any], room: dict[str, Any], now: datetime
) -> None:
    """Let what is taken back lie in rating_live, on top of its counters, in its quantity.

    When a job stood still is not known until a correction tells more: its quantity was spread
    evenly, and a correction may take more or less than that from its time. Then all of it goes.
    """
    is_uneven = room["room"] != room["wanted"]
    span = None if is_uneven else (room["started_at"], room["ended_at"])
    counters = unwinding.crossed(tenant_id=tenant_id, span=span)
    if not is_uneven and not counters:
        return
    _find_all_that_goes(
        tenant_id=tenant_id, counters=counters, original=original if is_uneven else {}
    )
    # All months before any balance: later runs of this transaction touch no other.
    booking.share_months(tenant_id=tenant_id, months=live.extent()["months"])
    unwinding.charge_anew(
        tenant_id=tenant_id, **original, is_uneven=is_uneven, cause=CAUSE, now=now
    )
    live.find(tenant_id=tenant_id, **original)


@transaction_required
def _find_all_that_goes(
    *, tenant_id: int, counters: live.Counters, original: dict[str, Any]
) -> None:
    """Put what is unwound into rating_live: a counter that goes may need others to go with it."""
    while True:
        live.find(tenant_id=tenant_id, counters=counters, **original)
        wider = counters | unwinding.crossed(tenant_id=tenant_id)
        if wider == counters:
            return
        counters = wider
