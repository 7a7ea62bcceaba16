"""Who pays: the fixed order of payers, each taking what its scope and its money allow.

(1) card-time lots, (2) price, (3) promotion lots, (4) awards in stacking order, (5) paid lots,
(6) the credit limit, and what is left is arrears. Inside a stage: most specific scope, earliest
expiry, smallest grant, account id. Source: RULES of the house, payer waterfall.
"""

from collections.abc import Iterator, Mapping
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
ENFORCEMENT_LAG: Final = "enforcement_lag"
ARREARS_ACCOUNTS: Final = ("early_account_ids", "late_account_ids", "lag_account_ids")


@dataclass(frozen=True, slots=True)
class Payers:
    """The tenant's lots and credit limit, locked, in burn order, and its awards.

    A lot names the prices that it may pay, or None where it may pay all of the batch: it buys its
    operator's compute alone. Lots of operators that sell nothing of the batch are not listed.
    """

    accounts: list[dict[str, Any]]
    awards: list[dict[str, Any]]

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        """Return those of one stage which have something to give."""
        return [
            payer for payer in self.accounts if payer["kind"] == kind and payer["available"] > 0
        ]


@dataclass(slots=True)
class Booking:
    """One transaction of rating: what its statements share, and the movements they tell.

    Where some of the use is held, shares are gathered first: a lot may pay the same charge from
    what is set aside and from what is free.
    """

    tenant_id: int
    transaction_id: int
    is_held: bool = False
    movements: list[dict[str, Any]] = field(default_factory=list)

    def pay(self, name: str, **parameters: object) -> None:
        """Run one statement that writes shares, and keep what it moved."""
        text = statement(ROOM, name)
        if self.is_held:
            text = text.replace("INSERT INTO rating_charge_share ", "INSERT INTO rating_share ")
        shared = {"tenant_id": self.tenant_id, "transaction_id": self.transaction_id}
        self.movements += rows(text, **shared, **parameters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a batch may cost at most, in micro-yuan, and when: it tells who must stand ready."""

    at_most: int
    has_early: bool
    has_late: bool
    sellers_by_price: Mapping[int, int]
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
            sellers_by_price={price["price_id"]: price["issuer_id"] for price in prices},
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


def lock_payers(*, tenant_id: int, sellers: Mapping[int, list[int]]) -> Payers:
    """Lock everything of the tenant that may pay; `sellers` are the operators with their prices."""
    locked = rows(statement(ROOM, "payers.sql"), tenant_id=tenant_id)
    return Payers(
        accounts=[
            {**payer, "price_ids": _prices(payer, sellers)}
            for payer in locked
            if payer["operator_id"] is None or payer["operator_id"] in sellers
        ],
        awards=rows(statement(ROOM, "awards.sql"), tenant_id=tenant_id),
    )


def _prices(payer: dict[str, Any], sellers: Mapping[int, list[int]]) -> list[int] | None:
    if payer["operator_id"] is None or len(sellers) == 1:
        return None
    return sellers[payer["operator_id"]]


def burn_card_time(payers: Payers, *, booking: Booking) -> None:
    """Stage 1: lots of card-time pay quantity, before anything has a price; own holds first."""
    if booking.is_held:
        booking.pay("capture_in_kind.sql")
    for lot in payers.of_kind("in_kind"):
        booking.pay("burn_in_kind.sql", **_burn_parameters(lot), unit=lot["unit"])


def burn_promotions(payers: Payers, *, booking: Booking) -> None:
    """Stage 3: promotions are a discount, so they come before tax and before public money."""
    if booking.is_held:
        booking.pay("capture_money.sql", payer_kinds=["promotion"])
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
    itself in its place. What is set aside for a job comes before all of them.
    """
    if booking.is_held:
        booking.pay("capture_money.sql", payer_kinds=["paid", "credit"])
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
    owed: dict[str, list[int]] = {name: [] for name in ARREARS_ACCOUNTS}
    if reached < need.at_most:
        owed = _arrears(need, booking=booking)
        account_ids.append(None)
        payer_kinds.append("arrears")
        upto.append(UNLIMITED)
    booking.pay(
        "burn_line.sql",
        account_ids=account_ids,
        payer_kinds=payer_kinds,
        since=[0, *upto[:-1]],
        upto=upto,
        price_ids=list(need.sellers_by_price),
        **owed,
        cause=need.cause or NO_HOLD,
        late_cause=need.cause or LATE_USAGE,
        lag_cause=need.cause or ENFORCEMENT_LAG,
    )


def _arrears(need: Need, *, booking: Booking) -> dict[str, list[int]]:
    """Return by price the accounts of what will be owed.

    For use of open months, for use of closed ones, and for use of jobs whose hold is used up.
    """
    wanted = (
        (need.has_early, NO_HOLD),
        (need.has_late, LATE_USAGE),
        (booking.is_held, ENFORCEMENT_LAG),
    )
    return {
        name: list(
            arrears_accounts(
                tenant_id=booking.tenant_id,
                cause=need.cause or cause,
                sellers=need.sellers_by_price,
            )
        )
        if is_needed
        else []
        for name, (is_needed, cause) in zip(ARREARS_ACCOUNTS, wanted, strict=True)
    }


def covers_all(lot: dict[str, Any], profile: dict[str, Any]) -> bool:
    """Say whether the lot may pay for every record of the batch."""
    scoped = all(
        lot[name] is None or profile[f"{name}s"] == [lot[name]]
        for name in ("cluster_id", "meter_id", "project_id")
    )
    begun = lot["starts_at"] is None or lot["starts_at"] <= profile["starts_at"]
    sold_by_one = lot["price_ids"] is None
    return (
        sold_by_one
        and scoped
        and begun
        and (lot["expires_at"] is None or profile["ends_at"] <= lot["expires_at"])
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


def arrears_accounts(*, tenant_id: int, cause: str, sellers: Mapping[int, int]) -> Iterator[int]:
    """Yield for each price the account of what the tenant owes to its seller for one cause."""
    opened = {
        operator_id: ledger.account(
            owner_kind=LedgerAccount.OwnerKind.TENANT,
            owner_id=tenant_id,
            kind=LedgerAccount.Kind.ARREARS,
            subject=cause,
            unit="CNY",
            operator_id=operator_id,
        )
        for operator_id in sorted(set(sellers.values()))
    }
    return (opened[operator_id] for operator_id in sellers.values())


def _burn_parameters(payer: dict[str, Any]) -> dict[str, Any]:
    names = ("account_id", "available", "cluster_id", "meter_id", "project_id", "price_ids")
    return {name: payer[name] for name in (*names, "starts_at", "expires_at")}
