"""From what the rooms say to what a template shows: primitives only, no rows, no rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from compute_billing.audit.queries import Trace
from compute_billing.settlement.overview import DayUse, SettledMonth, TenantLine
from compute_billing.settlement.queries import total
from kernel.periods import month_text
from portal import figures
from portal.chart import Chart, daily_chart
from portal.figures import MoneyFigure
from portal.wording import ACCOUNTS, Text, price_list_name, worded

# The format of a delivery whose records have a place in a list rather than a line in a file.
HTTP: Final = "http"


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthLink:
    """A settled month that one can go to."""

    month: date
    text: str
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountsRow:
    """A row of the table of tenants, or its totals."""

    name: Text
    code: str
    card_hours: str
    gross: MoneyFigure
    discount: MoneyFigure
    subsidy: MoneyFigure
    paid: MoneyFigure
    arrears: MoneyFigure
    balance: MoneyFigure


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """The way of one amount: each step in the words of its record."""

    posting_id: int
    transaction_id: int
    run_id: int
    amount: MoneyFigure
    source: Text
    source_subject: str
    destination: Text
    booked_at: datetime
    share: MoneyFigure
    share_count: str
    charge: str
    charge_hours: str
    unit_price: str
    price_list: Text
    gross: MoneyFigure
    segment_start: datetime
    segment_end: datetime
    usage: str
    cards: str
    started_at: datetime
    ended_at: datetime
    delivery: str
    origin: str
    origin_source: str
    is_file: bool
    position: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledPage:
    """All of the first page."""

    month: date
    months: Sequence[MonthLink]
    operators: Sequence[str]
    issued_at: datetime
    tenant_count: int
    rows: Sequence[AmountsRow]
    shown_total: AmountsRow
    total: AmountsRow
    subsidy_part: str
    used_part: str
    chart: Chart
    path: Path | None


def month_links(months: Iterable[SettledMonth], *, current: date) -> list[MonthLink]:
    """Return the months to choose from."""
    return [
        MonthLink(
            month=settled.month,
            text=month_text(settled.month),
            is_current=settled.month == current,
        )
        for settled in months
    ]


def amounts_row(line: TenantLine) -> AmountsRow:
    """Return a tenant's row."""
    return AmountsRow(
        name=line.name,
        code=line.code,
        card_hours=figures.card_hours(line.amounts.quantity),
        gross=figures.money(line.amounts.gross),
        discount=figures.money(line.amounts.discount),
        subsidy=figures.money(line.amounts.programme),
        paid=figures.money(line.amounts.tenant_paid),
        arrears=figures.money(line.amounts.arrears),
        balance=figures.money(line.balance),
    )


def total_row(lines: Sequence[TenantLine]) -> AmountsRow:
    """Return the totals of the rows."""
    amounts = total(line.amounts for line in lines)
    return AmountsRow(
        name=_("Total"),
        code="total",
        card_hours=figures.card_hours(amounts.quantity),
        gross=figures.money(amounts.gross),
        discount=figures.money(amounts.discount),
        subsidy=figures.money(amounts.programme),
        paid=figures.money(amounts.tenant_paid),
        arrears=figures.money(amounts.arrears),
        balance=figures.money(sum(line.balance for line in lines)),
    )


def settled_page(
    *,
    settled: SettledMonth,
    months: Sequence[SettledMonth],
    lines: Sequence[TenantLine],
    shown: Sequence[TenantLine],
    days: Sequence[DayUse],
    milli_cards: int | None,
    trace: Trace | None,
) -> SettledPage:
    """Put the first page together: figures of all its tenants, and rows of those shown."""
    amounts = total(line.amounts for line in lines)
    chart = daily_chart(
        month=settled.month,
        quantities={day.day: day.quantity for day in days},
        milli_cards=milli_cards,
    )
    return SettledPage(
        month=settled.month,
        months=month_links(months, current=settled.month),
        operators=settled.operators,
        issued_at=settled.issued_at,
        tenant_count=len(lines),
        rows=[amounts_row(line) for line in shown],
        shown_total=total_row(shown),
        total=total_row(lines),
        subsidy_part=figures.percent(amounts.programme, amounts.gross),
        used_part=_used_part(amounts.quantity, chart=chart),
        chart=chart,
        path=None if trace is None else path_of(trace, month=settled.month),
    )


def _used_part(quantity: int, *, chart: Chart) -> str:
    """Return how much of the cards' time was used; '' where nobody knows how many there are."""
    if chart.capacity is None:
        return ""
    return figures.percent(quantity, chart.capacity * len(chart.days))


def path_of(trace: Trace, *, month: date) -> Path | None:
    """Return the way of a posting down to its largest line of the month.

    One run may book several months; None where no use of this one is behind the posting.
    """
    lines = [line for line in trace.lines if line["booked_month"] == month]
    if not lines:
        return None
    posting, line = trace.posting, max(lines, key=lambda line: line["amount"])
    return Path(
        posting_id=posting["posting_id"],
        transaction_id=posting["transaction_id"],
        run_id=posting["run_id"],
        amount=figures.money(int(posting["posted"])),
        source=worded(ACCOUNTS, posting["source_kind"]),
        source_subject=posting["source_subject"],
        destination=worded(ACCOUNTS, posting["destination_kind"]),
        booked_at=posting["recorded_at"],
        share=figures.money(int(line["amount"])),
        share_count=f"{posting['line_count']:,}",
        **_charge_and_use(line),
    )


def _charge_and_use(line: Mapping[str, Any]) -> dict[str, Any]:
    price = line["unit_price_micro"]
    revision = f".{line['revision']}" if line["revision"] else ""
    return {
        "charge": f"{line['charge_id']}{revision}",
        "charge_hours": figures.card_hours(line["quantity"]),
        "unit_price": "" if price is None else figures.money(price).short,
        "price_list": price_list_name(
            line["price_list"], kind=line["list_kind"], customer_class=line["customer_class"]
        ),
        "gross": figures.money(line["gross"]),
        "segment_start": line["segment_start"],
        "segment_end": line["segment_end"],
        "usage": line["external_id"],
        "cards": figures.cards(line["milli_cards"]),
        "started_at": line["started_at"],
        "ended_at": line["ended_at"],
        "delivery": f"{line['import_id']}",
        "origin": line["origin"],
        "is_file": line["import_format"] != HTTP,
        "origin_source": line["source"],
        "position": f"{line['position']:,}",
    }
