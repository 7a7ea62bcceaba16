"""Rows of the permission matrix for the desk of cash."""

from __future__ import annotations

from typing import Final

from accounts.permissions import Staff
from compute_billing.cash import operations
from compute_billing.cash.models import CashDay
from tests.architecture.access import Access, Row, World
from tests.builders.accounts import NOW, make_user
from tests.builders.cash import a_difference
from tests.builders.ledger import make_operator

READING: Final = Access(staff={Staff.FINANCE, Staff.AUDITOR})
ACTING: Final = Access(staff={Staff.FINANCE})


def a_day(_: World) -> dict[str, object]:
    """Name a day that was reconciled; the house's cash is nobody's."""
    a_difference(now=NOW)
    found = CashDay.objects.select_related("account").latest("day")
    return {"account_id": found.account.public_id, "day": found.day.isoformat()}


def one_difference(_: World) -> dict[str, object]:
    """Name a difference that is open."""
    return {"difference_id": a_difference(now=NOW).public_id}


def a_cash_proposal(_: World) -> dict[str, object]:
    """Name a proposal that somebody else made and nobody has decided."""
    waiting = operations.propose(
        difference_id=a_difference(now=NOW).public_id,
        booking=operations.Booking(counter="fee", operator_id=make_operator().pk),
        reason="to be knocked at",
        user_id=make_user().pk,
        now=NOW,
    )
    return {"proposal_id": waiting.public_id}


CASH_ROWS: Final[dict[str, Row]] = {
    "cash": Row(methods={"GET": READING}),
    "cash-day": Row(methods={"GET": READING}, make=a_day, owned=False),
    "cash-differences": Row(methods={"GET": READING}),
    "cash-difference": Row(methods={"GET": READING}, make=one_difference, owned=False),
    "cash-pair": Row(methods={"POST": ACTING}, make=one_difference, owned=False),
    "cash-propose": Row(methods={"POST": ACTING}, make=one_difference, owned=False),
    "cash-approve": Row(methods={"POST": ACTING}, make=a_cash_proposal, owned=False),
    "cash-refuse": Row(methods={"POST": ACTING}, make=a_cash_proposal, owned=False),
}
