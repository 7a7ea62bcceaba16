"""A bill as it is printed: texts, and figures in parts. Pure; nothing is left to reckon.

The form (`forms/bill.typ`) sets what stands here and says nothing of its own but words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from compute_billing.catalogue.bands import family_of
from kernel.capital_numerals import in_capitals
from kernel.money import MICRO_PER_FEN, Money
from kernel.printing import MINUS, Parts, fen_text, parts
from kernel.quantities import card_hours_text
from kernel.tax import rate_ppm

CNY: Final = "CNY"
HOUR_PLACES: Final = 2
PPM_PER_PERCENT: Final = 10_000
PAYERS: Final = ("in_kind", "promotion", "award", "paid", "credit", "arrears")


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who issues a bill or gets it; without a 统一社会信用代码 where none is registered."""

    name: str
    uscc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands above the lines."""

    kind: str
    number: str
    period: str
    issued_on: date
    due_on: date | None
    issuer: Party
    tenant: Party
    document: str
    seal_head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedTax:
    """The tax of a class within `net`, in micro-yuan."""

    tax_class: str
    net: int
    tax: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """The totals of a bill in micro-yuan, and what it asks for in fen."""

    gross: int
    discount: int
    net: int
    total_fen: int
    carried_micro: int

    @property
    def carried_in(self) -> int:
        """What earlier bills left below a fen."""
        return self.total_fen * MICRO_PER_FEN + self.carried_micro - self.net


def printed_bill(
    *,
    head: Head,
    lines: Sequence[Any],
    taxes: Iterable[PrintedTax],
    sums: Sums,
    language: str,
    taken_back: Sequence[Any] = (),
    procurement: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:
    """Return all that a form says, of StatementLines and the CreditedLines they take back.

    `procurement` names what the buyer's accountants look for, with its text.
    """
    return {
        "kind": head.kind,
        "language": language,
        "number": head.number,
        "period": head.period,
        "issued_on": head.issued_on.isoformat(),
        "due_on": "" if head.due_on is None else head.due_on.isoformat(),
        "issuer": {"name": head.issuer.name, "uscc": head.issuer.uscc},
        "tenant": {"name": head.tenant.name, "uscc": head.tenant.uscc},
        "document": head.document,
        "procurement": [list(part) for part in procurement],
        "seal_head": head.seal_head,
        "reasons": _reasons(lines),
        "corrects": sorted({credit.bill_number for credit in taken_back}),
        "lines": [
            {**_line(line, number, head.period), "takes_back": _takes_back(number, taken_back)}
            for number, line in enumerate(lines, start=1)
        ],
        "payers": _payers(lines),
        "taxes": [_tax(tax) for tax in taxes],
        "totals": {
            "gross": parts(sums.gross),
            "discount": parts(-sums.discount),
            "net": parts(sums.net),
            "carried_in": parts(sums.carried_in),
            "carried_out": parts(-sums.carried_micro),
            "total": fen_text(sums.total_fen),
            "capitals": in_capitals(sums.total_fen),
        },
    }


def _reasons(lines: Iterable[Any]) -> list[str]:
    """Return why a credit note takes back: `late` of use, `package` of fewer cards."""
    return sorted({"late" if line.package is None else "package" for line in lines})


def _line(line: Any, number: int, period: str) -> dict[str, Any]:
    price, is_money = line.price.unit_price_micro, line.unit == CNY
    used = f"{line.usage_month:%Y-%m}"
    return {
        "position": str(number),
        "card_type": line.price.card_type,
        "list_kind": line.price.list_kind,
        "customer_class": line.price.customer_class,
        "price_list": line.price.price_list,
        "band": family_of(line.price.band) or ("" if line.price.window else line.price.band),
        "window": line.price.window,
        "use_of": "" if used == period else used,
        "package": None if line.package is None else _package(line.package),
        "cluster": line.cluster_name,
        "project": line.project_name,
        "payer": line.payer_kind,
        "price": "" if price is None else _price(price),
        "hours": _hours(line.quantity) if line.quantity else "",
        "card_time": "" if is_money else _hours(line.amount),
        "amount": parts(line.amount) if is_money else None,
    }


def _package(package: Any) -> dict[str, str]:
    """Return a package's contract, cards and days; the price is of a card and month."""
    return {
        "contract": package.contract_no,
        "cards": f"{MINUS if package.cards < 0 else ''}{abs(package.cards)}",
        "starts_on": package.starts_on.isoformat(),
        "last_on": package.last_on.isoformat(),
        "price": _price(package.price_micro),
    }


def _takes_back(number: int, taken_back: Iterable[Any]) -> str:
    """Return which lines of which bills a line takes back from: "2026-000001 / 3"."""
    return ", ".join(
        f"{credit.bill_number} / {credit.bill_position}"
        for credit in taken_back
        if credit.position == number
    )


def _payers(lines: Iterable[Any]) -> list[tuple[str, Parts]]:
    borne = dict.fromkeys(PAYERS, 0)
    for line in lines:
        borne[line.payer_kind] += line.amount
    return [
        (payer, (_hours(amount), "") if payer == "in_kind" else parts(amount))
        for payer, amount in borne.items()
    ]


def _tax(tax: PrintedTax) -> dict[str, Any]:
    return {
        "rate": f"{rate_ppm(tax.tax_class) // PPM_PER_PERCENT}%",
        "before_tax": parts(tax.net - tax.tax),
        "tax": parts(tax.tax),
        "with_tax": parts(tax.net),
    }


def _price(micro: int) -> str:
    whole, _, rest = Money(micro).to_text().partition(".")
    return f"{whole}.{rest.rstrip('0').ljust(2, '0')}"


def _hours(quantity: int) -> str:
    text = card_hours_text(abs(quantity), places=HOUR_PLACES)
    whole, _, part = text.partition(".")
    return f"{MINUS if quantity < 0 else ''}{int(whole):,}.{part}"
