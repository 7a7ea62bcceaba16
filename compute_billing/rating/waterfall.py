"""Who pays: the fixed order of payers, each taking what its scope and its money allow.

(1) card-time lots, (2) price, (3) promotion lots, (4) awards in stacking order, (5) paid lots,
(6) the credit limit, and what is left is arrears. Inside a stage: most specific scope, earliest
expiry, smallest grant, account id. Source: RULES of the house, payer waterfall.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from compute_billing.ledger import operations as ledger
from compute_billing.ledger.models import LedgerAccount
from kernel.sql import execute, rows, statement

ROOM = "compute_billing.rating"
# No line is longer: more micro-yuan than a bigint holds would be refused before.
UNLIMITED: Final = 2**63 - 1
MILLI_CARD_MS_PER_CARD_HOUR: Final = 3_600_000_000
NO_HOLD: Final = "no_hold"
LATE_USAGE: Final = "late_usage"


@dataclass(frozen=True, slots=True)
class Payers:
    """The tenant's lots and credit limit, locked, in burn order, and its awards."""

    accounts: list[dict[str, Any]]
    awards: list[dict[str, Any]]

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        """Return those of one stage which have something to give."""
        return [
            payer for payer in self.accounts if payer["kind"] == kind and payer["available"] > 0
        ]


@dataclass(slots=True)
class Booking:
    """One transaction of rating: what its statements share, and the movements they tell."""

    tenant_id: int
    transaction_id: int
    movements: list[dict[str, Any]] = field(default_factory=list)

    def pay(self, name: str, **parameters: object) -> None:
        """Run one statement that writes shares, and keep what it moved."""
        text = statement(ROOM, name)
        shared = {"tenant_id": self.tenant_id, "transaction_id": self.transaction_id}
        self.movements += rows(text, **shared, **parameters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a batch may cost at most, in micro-yuan, and when: it tells who must stand ready."""

    at_most: int
    has_early: bool
    has_late: bool
    cause: str = ""

    @classmethod
    def of(
        cls,
        *,
        quantity: int,
        prices: list[dict[str, Any]],
        months: list[date],
        booked_months: list[date],
        cause: str,
    ) -> "Need":
        """Bound the gross: all of the quantity at the highest unit price, each price rounded up."""
        highest = max(price["highest_price_micro"] for price in prices)
        late = [month != booked for month, booked in zip(months, booked_months, strict=True)]
        roundings = 1 + len(prices) * len(months)
        return cls(
            at_most=quantity * highest // MILLI_CARD_MS_PER_CARD_HOUR + roundings,
            has_early=not all(late),
            has_late=any(late),
            cause=cause,
        )


def filled(name: str, **parts: str) -> str:
    """Return a statement of the room with its `{parts}` put in."""
    text = statement(ROOM, name)
    for part, value in parts.items():
        text = text.replace(f"{{{part}}}", value)
    return text


def run(name: str, **parameters: object) -> int:
    """Run one statement of the room and return how many rows it touched."""
    with execute(statement(ROOM, name), **parameters) as cursor:
        return int(cursor.rowcount)


def lock_payers(*, tenant_id: int) -> Payers:
    """Lock everything of the tenant that may pay."""
    return Payers(
        accounts=rows(statement(ROOM, "payers.sql"), tenant_id=tenant_id),
        awards=rows(statement(ROOM, "awards.sql"), tenant_id=tenant_id),
    )


def burn_card_time(payers: Payers, *, booking: Booking) -> None:
    """Stage 1: lots of card-time pay quantity, before anything has a price."""
    for lot in payers.of_kind("in_kind"):
        booking.pay("burn_in_kind.sql", **_burn_parameters(lot), unit=lot["unit"])


def burn_promotions(payers: Payers, *, booking: Booking) -> None:
    """Stage 3: promotions are a discount, so they come before tax and before public money."""
    for lot in payers.of_kind("promotion"):
        booking.pay("burn_money.sql", **_burn_parameters(lot), payer_kind="promotion")


def share_awards(payers: Payers, *, booking: Booking) -> None:
    """Stage 4: each award pays its rate of what is left, up to its cap."""
    for award in payers.awards:
        booking.pay("share_award.sql", **award)


def burn_own_money(
    payers: Payers, *, profile: dict[str, Any], need: Need, booking: Booking
) -> None:
    """Stages 5 and 6: the tenant's own money, then the credit limit, and the rest is owed.

    Lots that cover the whole batch stand in one line; a lot that covers part of it is burned by
    itself in its place.
    """
    line: list[dict[str, Any]] = []
    for lot in payers.of_kind("paid"):
        if covers_all(lot, profile):
            line.append(lot)
        elif touches(lot, profile):
            _burn_each([*line, lot], booking=booking)
            line = []
    line += payers.of_kind("credit")
    _burn_line(line, need=need, booking=booking)


def _burn_each(lots: list[dict[str, Any]], *, booking: Booking) -> None:
    for lot in lots:
        booking.pay("burn_money.sql", **_burn_parameters(lot), payer_kind="paid")


def _burn_line(line: list[dict[str, Any]], *, need: Need, booking: Booking) -> None:
    """Let the line pay; arrears end it, unless the others can surely pay everything.

    What nobody pays is a receivable, and a charge is never cut short.
    """
    account_ids: list[int | None] = []
    payer_kinds: list[str] = []
    upto: list[int] = []
    reached = 0
    for payer in line:
        reached = min(reached + payer["available"], UNLIMITED)
        account_ids.append(payer["account_id"])
        payer_kinds.append(payer["kind"])
        upto.append(reached)
    late_account_id = None
    if reached < need.at_most:
        early_account_id, late_account_id = _arrears(need, tenant_id=booking.tenant_id)
        account_ids.append(early_account_id)
        payer_kinds.append("arrears")
        upto.append(UNLIMITED)
    booking.pay(
        "burn_line.sql",
        account_ids=account_ids,
        payer_kinds=payer_kinds,
        since=[0, *upto[:-1]],
        upto=upto,
        late_account_id=late_account_id,
        cause=need.cause or NO_HOLD,
        late_cause=need.cause or LATE_USAGE,
    )


def _arrears(need: Need, *, tenant_id: int) -> tuple[int | None, int | None]:
    """Return the accounts of what will be owed for use of open months, and of closed ones."""
    early, late = need.cause or NO_HOLD, need.cause or LATE_USAGE
    return (
        arrears_account(tenant_id=tenant_id, cause=early) if need.has_early else None,
        arrears_account(tenant_id=tenant_id, cause=late) if need.has_late else None,
    )


def covers_all(lot: dict[str, Any], profile: dict[str, Any]) -> bool:
    """Say whether the lot may pay for every record of the batch."""
    scoped = all(
        lot[name] is None or profile[f"{name}s"] == [lot[name]]
        for name in ("cluster_id", "meter_id", "project_id")
    )
    begun = lot["starts_at"] is None or lot["starts_at"] <= profile["starts_at"]
    return (
        scoped and begun and (lot["expires_at"] is None or profile["ends_at"] <= lot["expires_at"])
    )


def touches(lot: dict[str, Any], profile: dict[str, Any]) -> bool:
    """Say whether the lot may pay for any record of the batch."""
    scoped = all(
        lot[name] is None or lot[name] in profile[f"{name}s"]
        for name in ("cluster_id", "meter_id", "project_id")
    )
    begun = lot["starts_at"] is None or lot["starts_at"] < profile["ends_at"]
    return (
        scoped and begun and (lot["expires_at"] is None or profile["starts_at"] < lot["expires_at"])
    )


def arrears_account(*, tenant_id: int, cause: str) -> int:
    """Return the tenant's account of what it owes for one cause."""
    return ledger.account(
        owner_kind=LedgerAccount.OwnerKind.TENANT,
        owner_id=tenant_id,
        kind=LedgerAccount.Kind.ARREARS,
        subject=cause,
        unit="CNY",
    )


def _burn_parameters(payer: dict[str, Any]) -> dict[str, Any]:
    names = ("account_id", "available", "cluster_id", "meter_id", "project_id")
    return {name: payer[name] for name in (*names, "starts_at", "expires_at")}
