"""From booked charges, summed by what makes a line, to the lines of a bill. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from kernel.errors import DomainError

CNY: Final = "CNY"
IN_KIND: Final = "in_kind"
DISCOUNT_KINDS: Final = frozenset({"promotion"})
PROGRAMME_KINDS: Final = frozenset({"award"})
TENANT_KINDS: Final = frozenset({"paid", "credit", "arrears"})
# The payer waterfall's order; the priced quantity stands on the first line that has money.
PAYER_ORDER: Final = (IN_KIND, "promotion", "award", "paid", "credit", "arrears")


class ChargesAndSharesDiffer(DomainError):
    """The shares of some charges do not sum to what the charges say."""

    code = "charges_and_shares_differ"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageKey:
    """A change of a package, which is bought as a whole: a line is of one change."""

    change_id: int
    order_id: int
    term_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineKey:
    """What a line is of, payer apart: charges of one price, or a change of a package.

    `usage_month` is when cards were used; of a package, when it was bought or given back.
    """

    issuer_id: int
    usage_month: date
    price_id: int | None
    project_id: int | None
    cluster_id: int
    tax_class: str
    card_time_unit: str
    package: PackageKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """The booked charges of one key, summed: micro-yuan and milli-card-milliseconds.

    `shares` holds the sum of the shares of each payer kind that has any.
    """

    key: LineKey
    charge_count: int
    quantity: int
    quantity_in_kind: int
    gross: int
    discount: int
    programme: int
    tenant: int
    recorded_from: date
    recorded_to: date
    shares: Mapping[str, int]

    def sum_of(self, kinds: Iterable[str]) -> int:
        """Return what these payers pay together."""
        return sum(self.shares.get(kind, 0) for kind in kinds)

    @property
    def net(self) -> int:
        """The taxable price."""
        return self.gross - self.discount


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """One line: all booked charges of a key, as far as one kind of payer bears them."""

    key: LineKey
    payer_kind: str
    unit: str
    quantity: int
    amount: int


def check_shares(booked: Booked) -> None:
    """Refuse sums of shares that are not the sums of their charges.

    Raises:
        ChargesAndSharesDiffer: they are not; nothing may be billed from such books.
    """
    differences = {
        "in_kind": booked.sum_of({IN_KIND}) - booked.quantity_in_kind,
        "discount": booked.sum_of(DISCOUNT_KINDS) - booked.discount,
        "programme": booked.sum_of(PROGRAMME_KINDS) - booked.programme,
        "tenant": booked.sum_of(TENANT_KINDS) - booked.tenant,
    }
    wrong = {name: difference for name, difference in differences.items() if difference}
    if wrong:
        message = (
            f"Shares and charges differ by {wrong} at price {booked.key.price_id}, "
            f"usage of {booked.key.usage_month:%Y-%m}: run verify_books."
        )
        raise ChargesAndSharesDiffer(message, details=wrong)


def bill_lines(booked: Booked) -> list[BillLine]:
    """Return the lines of one key in the order of the waterfall.

    Quantities add up over lines: the priced quantity stands on the first line of money alone,
    the quantity in kind on its own line. A quantity whose price is below a micro-yuan has no
    payer and still gets its line, of nothing.
    """
    lines = []
    priced = booked.quantity - booked.quantity_in_kind
    kinds = [kind for kind in PAYER_ORDER if kind in booked.shares]
    if not any(kind != IN_KIND for kind in kinds) and priced:
        kinds.append("paid")
    for kind in kinds:
        if kind == IN_KIND:
            unit, quantity = booked.key.card_time_unit, booked.quantity_in_kind
        else:
            unit, quantity, priced = CNY, priced, 0
        lines.append(
            BillLine(
                key=booked.key,
                payer_kind=kind,
                unit=unit,
                quantity=quantity,
                amount=booked.shares.get(kind, 0),
            )
        )
    return lines
