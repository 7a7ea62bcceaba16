"""Take back what was never used: a correction gives its seconds back to who paid for them."""

from datetime import datetime
from typing import Any, Final

from compute_billing.ledger import operations as ledger
from compute_billing.rating import charging, live, reversal
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
    if room["room"] != room["wanted"]:
        _respread(tenant_id=tenant_id, now=now)
        live.find(tenant_id=tenant_id, **original)
    run("pieces_of_correction.sql")
    reversal.reverse_pieces(tenant_id=tenant_id, run_id=run_id, cause=CAUSE, now=now)
    # What comes back to a lot pays what is owed at once, not with the next top-up.
    ledger.clear_arrears(tenant_id=tenant_id, now=now)
    return 0


def _room() -> dict[str, Any]:
    return rows(statement(ROOM, "room_of_correction.sql"))[0]


def _park(reason: str, *, tenant_id: int) -> int:
    return run("park_correction.sql", tenant_id=tenant_id, reason=reason)


@transaction_required
def _respread(*, tenant_id: int, now: datetime) -> None:
    """Charge a suspended record again, with as much in the correction's time as it takes back.

    When a job stood still is not known until a correction tells more: its quantity was spread
    evenly, and a correction may take more or less than that from its time.
    """
    profile = live.extent()
    live.reverse(tenant_id=tenant_id, cause=CAUSE, now=now)
    count = run("respread.sql")
    run_id = charging.start_run(
        tenant_id=tenant_id, kind="respread", count=count, queue="", now=now
    )
    charging.pay_pieces(tenant_id=tenant_id, run_id=run_id, profile=profile, now=now, cause=CAUSE)
    charging.clear_pieces()
