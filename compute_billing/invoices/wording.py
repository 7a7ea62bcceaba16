"""What lines of bills say: names of prices, projects and clusters beside their codes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from compute_billing.catalogue.bands import window_text
from compute_billing.invoices.lines import BillLine, LineKey
from compute_billing.invoices.models import InvoiceLine
from kernel.sql import rows, statement


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceName:
    """What a line says about its price: codes, and what people call them.

    `unit_price_micro` is None where tiers say it. A band has local minutes of the day, but for
    the whole day.
    """

    issuer: str
    price_list: str
    list_kind: str
    customer_class: str
    meter: str
    card_type: str
    band: str
    band_starts_minute: int | None
    band_ends_minute: int | None
    unit_price_micro: int | None

    @property
    def window(self) -> str:
        """The hours of the day in which the price holds; '' where it is the whole day."""
        return window_text(starts_minute=self.band_starts_minute, ends_minute=self.band_ends_minute)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A code, and what people call it."""

    code: str
    name: str


NOT_NAMED = Named(code="", name="")
PACKAGE = "package"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageName:
    """What a line says about a package: cards more, or fewer below zero, from a day to a last day.

    `price_micro` is of a card and month, as the term was bought.
    """

    package: UUID
    number: str
    contract_no: str
    cards: int
    starts_on: date
    last_on: date
    price_micro: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """A line of a tenant's month in words and integers; an empty project or cluster is none.

    A line of a package has the price list kind `package`, and no price of a card-hour.
    """

    price: PriceName
    cluster: str
    cluster_name: str
    project: str
    project_name: str
    usage_month: date
    payer_kind: str
    unit: str
    quantity: int
    amount: int
    package: PackageName | None = None


def in_words(lines: Sequence[BillLine | InvoiceLine]) -> list[StatementLine]:
    """Name the prices and projects of lines that are billed, or would be."""
    keys = [line.key if isinstance(line, BillLine) else line for line in lines]
    prices = _price_names({key.price_id for key in keys if key.price_id is not None})
    packages = _package_names({change_id for key in keys if (change_id := _change_of(key))})
    projects = _names("project_names.sql", {key.project_id for key in keys})
    clusters = _names("cluster_names.sql", {key.cluster_id for key in keys})
    return [
        StatementLine(
            price=_price(key, prices, packages),
            cluster=clusters.get(key.cluster_id, NOT_NAMED).code,
            cluster_name=clusters.get(key.cluster_id, NOT_NAMED).name,
            project=projects.get(key.project_id, NOT_NAMED).code,
            project_name=projects.get(key.project_id, NOT_NAMED).name,
            usage_month=key.usage_month,
            payer_kind=line.payer_kind,
            unit=line.unit,
            quantity=int(line.quantity),
            amount=line.amount,
            package=packages[change_id][1] if (change_id := _change_of(key)) else None,
        )
        for line, key in zip(lines, keys, strict=True)
    ]


def _change_of(key: LineKey | InvoiceLine) -> int | None:
    if isinstance(key, InvoiceLine):
        return key.package_change_id
    return None if key.package is None else key.package.change_id


def _price(
    key: LineKey | InvoiceLine,
    prices: Mapping[int, PriceName],
    packages: Mapping[int, tuple[PriceName, PackageName]],
) -> PriceName:
    change_id = _change_of(key)
    return packages[change_id][0] if change_id else prices[key.price_id or 0]


def _package_names(change_ids: Collection[int]) -> dict[int, tuple[PriceName, PackageName]]:
    if not change_ids:
        return {}
    found = rows(statement(__package__, "package_names.sql"), ids=sorted(change_ids))
    return {
        int(change.pop("id")): (
            PriceName(
                issuer=change.pop("issuer"),
                price_list="",
                list_kind=PACKAGE,
                customer_class="",
                meter=change.pop("meter"),
                card_type=change.pop("card_type"),
                band="",
                band_starts_minute=None,
                band_ends_minute=None,
                unit_price_micro=None,
            ),
            PackageName(**change),
        )
        for change in found
    }


def _price_names(price_ids: Collection[int]) -> dict[int, PriceName]:
    found = rows(statement(__package__, "price_names.sql"), price_ids=sorted(price_ids))
    return {int(price.pop("id")): PriceName(**price) for price in found}


def _names(name: str, ids: Collection[int | None]) -> dict[int | None, Named]:
    found = rows(
        statement(__package__, name),
        ids=sorted(each for each in ids if each is not None),
    )
    return {each["id"]: Named(code=each["code"], name=each["name"]) for each in found}
