"""Unwind counters of graduated prices and of stacked awards: each charge gives back what it took.

A counter gives back its last tier first, whoever used that. Where what goes is not of the tier of
what came after it, all that came after it goes too, the newest first: then each gross is its
charge's own, and so are its payers. What stays is charged anew in its order, by the waterfall. An
award that is used up and stands before another is such a counter too: its tier ends at its cap.
"""

import logging
from datetime import date, datetime
from typing import Any, Final

from compute_billing.rating import charging, live
from compute_billing.rating.waterfall import ROOM, run
from kernel.sql import rows, statement
from kernel.transactions import transaction_required

logger = logging.getLogger(__name__)

KIND: Final = "recharge"
# About two minutes of one transaction, in which this tenant alone waits (ADR 26 has the figures).
CHARGES_MAX: Final = 200_000


def crossed(
    *,
    tenant_id: int,
    span: tuple[datetime, datetime] | None = None,
    with_kept: bool = False,
) -> live.Counters:
    """Find the counters of which rating_live takes back another part than the newest.

    A price's counter gives back its last tier first, and an award's what it paid last: nothing,
    when it is used up. Of rating_live counts what is not kept, `with_kept` all, and with `span`
    what meets it. Where all that was charged since then lies in one tier, or nothing was charged
    since, there is nothing to unwind; nor where no award pays behind the one that is used up. What
    would take more than CHARGES_MAX charges is left, and logged: it gives back its last part.
    """
    starts_at, ends_at = span or (None, None)
    meant = {
        "tenant_id": tenant_id,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "with_kept": with_kept,
    }
    prices = _few(rows(statement(ROOM, "crossed_counters.sql"), **meant), tenant_id=tenant_id)
    awards = _few(rows(statement(ROOM, "crossed_awards.sql"), **meant), tenant_id=tenant_id)
    return live.Counters(
        prices={(counter["price_id"], counter["month"]): counter["since_id"] for counter in prices},
        awards={counter["account_id"]: counter["since_id"] for counter in awards},
    )


def _few(found: list[dict[str, Any]], *, tenant_id: int) -> list[dict[str, Any]]:
    charges = sum(counter["charges"] for counter in found)
    if charges > CHARGES_MAX:
        logger.warning("tenant %s: %s charges are too many to unwind", tenant_id, charges)
        return []
    return found


@transaction_required
def charge_anew(
    *,
    tenant_id: int,
    usage_id: int,
    recorded_month: date,
    is_uneven: bool,
    cause: str,
    now: datetime,
) -> None:
    """Take back all of rating_live and charge it again at its prices.

    What the correction of that record takes from it comes last of all, as charges of its own: it is
    on top of its counters then. An uneven record is spread anew.
    """
    profile: dict[str, Any] = live.extent()
    live.reverse(tenant_id=tenant_id, cause=cause, now=now)
    count = run(
        "charge_anew.sql",
        usage_id=usage_id,
        recorded_month=recorded_month,
        is_uneven=is_uneven,
    )
    kind = "respread" if is_uneven else KIND
    run_id = charging.start_run(tenant_id=tenant_id, kind=kind, count=count, queue="", now=now)
    charging.pay_pieces(tenant_id=tenant_id, run_id=run_id, profile=profile, now=now, cause=cause)
    charging.clear_pieces()
