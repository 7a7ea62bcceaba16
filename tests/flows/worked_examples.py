"""The tables of docs/worked-examples.md, and the given part of an example made by operations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile
from zoneinfo import ZoneInfo

from compute_billing.catalogue import publishing
from compute_billing.ledger import operations as ledger
from compute_billing.packages import operations as packages
from compute_billing.packages.models import PackageOrder
from kernel.money import Money
from tests.builders.invoices import NOVEMBER, OCTOBER, close, make_correction, make_use
from tests.builders.market import LONG_AGO, NOW, Market, make_market
from tests.builders.packages import make_shop
from tests.services import REPOSITORY

PAGE = REPOSITORY / "docs" / "worked-examples.md"
BEIJING = ZoneInfo("Asia/Shanghai")
TENANT = "acme"
PRICE = "price of a card-hour"
LATER_PRICE = re.compile(r"price from (.+)")

Row = dict[str, str]


@dataclass(frozen=True)
class Example:
    """A section: its tables by the name of their first column."""

    title: str
    tables: dict[str, list[Row]]

    @property
    def given(self) -> dict[str, str]:
        """Return the values that are given."""
        return {row["given"]: row["value"] for row in self.tables["given"]}


def examples() -> list[Example]:
    """Read all examples of the page."""
    _, *sections = PAGE.read_text(encoding="utf-8").split("\n## ")
    return [_example(section) for section in sections]


def _example(section: str) -> Example:
    title, *lines = section.splitlines()
    return Example(title, tables("\n".join(lines)))


def tables(text: str) -> dict[str, list[Row]]:
    """Read the tables of a text, each by the name of its first column."""
    lines = text.splitlines()
    found: dict[str, list[Row]] = {}
    for number, line in enumerate(lines):
        if line.startswith("| ---"):
            header = _cells(lines[number - 1])
            body = takewhile(lambda each: each.startswith("|"), lines[number + 1 :])
            rows = [dict(zip(header, _cells(each), strict=True)) for each in body]
            assert header[0] not in found, f"two tables begin with {header[0]!r}"
            found[header[0]] = rows
    return found


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def micro(text: str) -> int:
    """Read an amount."""
    return Money.from_text(text).amount_micro


def moment(text: str) -> datetime:
    """Read a moment by Beijing's clock."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=BEIJING)


def make_given(example: Example) -> tuple[Market, dict[str, str]]:
    """Make what an example gives, use and correct it, close both months; name uses by their id."""
    given = dict(example.given)
    market = _priced(given)
    tenant = market.add_tenant(TENANT)
    if amount := given.pop("prepaid", None):
        ledger.top_up(
            tenant_id=tenant.pk,
            operator_id=market.operator.pk,
            amount_micro=micro(amount),
            custody="bank",
            reference="example-top-up",
            now=LONG_AGO,
        )
    if amount := given.pop("promotion", None):
        ledger.grant_promotion_lot(
            tenant_id=tenant.pk,
            operator_id=market.operator.pk,
            amount_micro=micro(amount),
            reference="example-promotion",
            now=LONG_AGO,
        )
    if share := given.pop("programme's share", None):
        cap = micro(given.pop("programme's cap")) // micro("1")
        market.award(
            TENANT,
            fund=market.fund(yuan=cap),
            rate_ppm=int(share.removesuffix("%")) * 10_000,
            cap_yuan=cap,
        )
    assert given == {}, f"nobody makes {given}"
    return market, _used(market, example)


def make_package(example: Example) -> PackageOrder:
    """Buy the package of an example, and change its cards, when each is wanted."""
    given = dict(example.given)
    bought, *resized = example.tables["wanted"]
    wanted = moment(bought["wanted"])
    shop = make_shop(
        yuan=micro(given.pop("prepaid")) // micro("1"),
        now=wanted,
        price_micro=micro(given.pop("price of a card-month")),
    )
    assert given == {}, f"nobody makes {given}"
    order = shop.order(
        cards=int(bought["cards"]), starts_on=date.fromisoformat(bought["first day"]), now=wanted
    )
    for row in resized:
        assert row["act"] == "resize", f"nobody carries out {row['act']}"
        shop.act(packages.resize_package, order, cards=int(row["cards"]), now=moment(row["wanted"]))
    return order


def _priced(given: dict[str, str]) -> Market:
    price = micro(given.pop(PRICE))
    later = [name for name in given if LATER_PRICE.fullmatch(name)]
    if not later:
        return make_market(price_micro=price)
    [name] = later
    match = LATER_PRICE.fullmatch(name)
    assert match is not None
    begins = moment(match[1])
    market = make_market(price_micro=None)
    for amount, since, until in (
        (price, LONG_AGO, begins),
        (micro(given.pop(name)), begins, None),
    ):
        publishing.publish_price(
            price_list_id=market.prices.pk,
            meter_id=market.meter.pk,
            valid_from=since,
            valid_until=until,
            now=LONG_AGO,
            unit_price_micro=amount,
        )
    return market


def _used(market: Market, example: Example) -> dict[str, str]:
    names = {}
    uses = {row["use"]: row for row in example.tables["use"]}
    for name, row in uses.items():
        names[name] = make_use(market, TENANT, **_record(row))
    close(market, TENANT, month=OCTOBER)
    corrections = example.tables.get("correction", [])
    for row in corrections:
        make_correction(market, TENANT, corrects=names[row["of"]], **_record(uses[row["of"]]))
    if corrections:
        close(market, TENANT, month=NOVEMBER, now=max(NOW, datetime(2026, 12, 2, tzinfo=BEIJING)))
    return names


def _record(row: Row) -> dict[str, object]:
    started = moment(row["started"])
    return {
        "start": started,
        "duration": moment(row["ended"]) - started,
        "milli_cards": int(row["cards"]) * 1_000,
    }
