"""Book out what is left of lots behind their end and a grace: once, and what comes back later too.

Balances never waited for it: a lot counts up to its end, whether this was booked or not.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from compute_billing.ledger import operations as ledger
from compute_billing.ledger.locks import locked_wallet
from compute_billing.rating.waterfall import ROOM
from kernel.sql import rows, statement
from kernel.transactions import transaction

KIND: Final = "breakage"
LOTS_MAX: Final = 1_000


def book_breakage(*, grace: timedelta, now: datetime) -> int:
    """Book out what is left of lots that expired `grace` ago, tenant by tenant; return how many.

    What is held stays until it is let go. Lots wait while use of their time waits to be rated, or
    a month of theirs is open.
    """
    due = _due(tenant_id=None, expired_by=now - grace)
    return sum(
        _book_of(tenant_id=tenant_id, expired_by=now - grace, now=now)
        for tenant_id in sorted({lot["tenant_id"] for lot in due})
    )


@transaction
def _book_of(*, tenant_id: int, expired_by: datetime, now: datetime) -> int:
    """Lock the wallet, so that nothing is rated meanwhile, and look again."""
    locked_wallet(tenant_id)
    due = _due(tenant_id=tenant_id, expired_by=expired_by)
    for lot in due:
        broken = ledger.account(
            owner_kind="operator",
            owner_id=lot["operator_id"],
            kind=KIND,
            # What expires of paid money, of a discount and of card time means different things.
            subject=lot["stage"],
            unit=lot["unit"],
        )
        ledger.post(
            kind=KIND,
            # What was booked before only grows, so no two steps have one reference.
            reference=f"{lot['account_id']}:{lot['before']}",
            occurred_at=now,
            now=now,
            transfers=[ledger.Transfer(lot["account_id"], broken, lot["unit"], lot["amount"])],
        )
    return len(due)


def _due(*, tenant_id: int | None, expired_by: datetime) -> list[dict[str, Any]]:
    return rows(
        statement(ROOM, "lots_to_break.sql"),
        tenant_id=tenant_id,
        expired_by=expired_by,
        limit=LOTS_MAX,
    )
