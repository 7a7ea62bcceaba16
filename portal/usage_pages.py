"""The explorer of a tenant's usage, from what the rooms say to what its template shows."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from accounts.api_paging import encoded
from compute_billing.audit.billed import Line
from compute_billing.audit.usage import Cost, DayOfUse, UsageTenant
from compute_billing.metering.queries import Usage
from kernel.periods import month_of, month_text, months_later
from portal import figures
from portal.chart import Chart, last_day, stacked_chart
from portal.figures import MoneyFigure
from portal.usage_found import Found, Question, Totals
from portal.wording import ACCOUNTS, PARKED, STATES, Text, worded

MONEY_UNIT: Final = "CNY"
# Of what stands on a bill, use of this many months before it is drawn; the rest is said in words.
MONTHS_BEFORE: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CostFigures:
    """What something costs, as it is shown."""

    gross: MoneyFigure
    discount: MoneyFigure
    subsidy: MoneyFigure
    tenant: MoneyFigure


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageRow:
    """A record in the list; `cost` is None where the reader may not see it, or none is known."""

    record_id: str
    job: str
    piece: str
    project: str
    card_type: str
    cards: str
    card_hours: str
    is_negative: bool
    started_at: datetime
    ended_at: datetime
    state: Text
    note: Text
    is_charged: bool
    cost: CostFigures | None
    borne: MoneyFigure | None = None
    borne_hours: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineShown:
    """The line of a bill that the use is behind; its amount is money or card-hours."""

    bill: UUID
    number: str
    position: int
    payer: Text
    amount: MoneyFigure | None
    card_hours: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An entry of a filter."""

    value: str
    text: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UsagePage:
    """All of the explorer for a tenant's month."""

    tenant: UsageTenant
    month: date
    rows: Sequence[UsageRow]
    records: str
    not_charged: str
    card_hours: str
    cost: CostFigures | None
    months: Sequence[Choice]
    projects: Sequence[Choice]
    card_types: Sequence[Choice]
    job: str
    is_filtered: bool
    is_by_bill: bool
    line: LineShown | None
    chart: Chart | None
    earlier_hours: str


def record_id(usage: Usage) -> str:
    """Return the one word that a record has in addresses, as the API has it."""
    return encoded_record(usage.source, usage.external_id)


def encoded_record(source: str, external_id: str) -> str:
    """Return the one word for a record's source and external id."""
    return encoded(source, external_id)


def cost_figures(cost: Cost) -> CostFigures:
    """Return the amounts of a cost."""
    return CostFigures(
        gross=figures.money(cost.gross),
        discount=figures.money(cost.discount),
        subsidy=figures.money(cost.programme),
        tenant=figures.money(cost.tenant),
    )


def usage_row(usage: Usage, *, cost: Cost | None) -> UsageRow:
    """Return a record of the list."""
    job = usage.allocation or usage.external_id
    return UsageRow(
        record_id=record_id(usage),
        job=job,
        piece="" if job == usage.external_id else usage.external_id,
        project=usage.project_name or "",
        card_type=usage.card_type,
        cards=figures.cards(usage.milli_cards),
        card_hours=figures.card_hours(usage.quantity),
        is_negative=usage.quantity < 0,
        started_at=usage.started_at,
        ended_at=usage.ended_at,
        state=worded(STATES, usage.state),
        note=worded(PARKED, usage.parked_reason),
        is_charged=usage.state == "charged",
        cost=None if cost is None else cost_figures(cost),
    )


def choices(values: Sequence[str], *, chosen: str) -> list[Choice]:
    """Return the entries of a filter; what is chosen stays there though nothing has it."""
    return named_choices([(value, value) for value in values], chosen=chosen)


def named_choices(values: Sequence[tuple[str, str]], *, chosen: str) -> list[Choice]:
    """Return the entries of a filter whose values have names."""
    known = dict(values)
    kept = known if not chosen or chosen in known else {chosen: chosen, **known}
    return [
        Choice(value=value, text=name, is_chosen=value == chosen) for value, name in kept.items()
    ]


def usage_page(*, asked: Question, found: Sequence[Found], totals: Totals) -> UsagePage:
    """Put the explorer together; where amounts are not told, rows have none either."""
    unit = "" if asked.line is None else asked.line.unit
    sums, first = totals.sums, asked.month
    return UsagePage(
        tenant=asked.tenant,
        month=first,
        rows=[_found_row(one, unit=unit) for one in found],
        records=f"{sums.records:,}",
        not_charged=f"{sums.not_charged:,}" if sums.not_charged else "",
        card_hours=figures.card_hours(sums.quantity),
        cost=cost_figures(sums.cost) if totals.tells_amounts else None,
        months=choices([month_text(day) for day in asked.months], chosen=month_text(first)),
        projects=named_choices(totals.offered.projects, chosen=asked.chosen["project"]),
        card_types=choices(totals.offered.card_types, chosen=asked.chosen["card_type"]),
        job=asked.chosen["job"],
        is_filtered=any(asked.chosen.values()),
        is_by_bill=asked.on is not None,
        line=None if asked.line is None else _line(asked.line),
        chart=(
            chart_of_use(totals.days, first=first, last=last_day(first))
            if asked.on is None
            else _chart_of_bill(totals.days, month=asked.on.usage_month or first)
        ),
        earlier_hours=(
            "" if asked.on is None else _earlier(totals.days, month=asked.on.usage_month or first)
        ),
    )


def _found_row(found: Found, *, unit: str) -> UsageRow:
    row = usage_row(found.usage, cost=found.cost)
    if not unit:
        return row
    if unit == MONEY_UNIT:
        return replace(row, borne=figures.money(found.borne))
    return replace(row, borne_hours=figures.card_hours(found.borne))


def _line(line: Line) -> LineShown:
    is_money = line.unit == MONEY_UNIT
    return LineShown(
        bill=line.bill,
        number=line.number,
        position=line.position,
        payer=worded(ACCOUNTS, line.on.payer_kind or ""),
        amount=figures.money(line.amount) if is_money else None,
        card_hours="" if is_money else figures.card_hours(line.amount),
    )


def _chart_of_bill(days: Sequence[DayOfUse], *, month: date) -> Chart | None:
    """Return the months in which what stands on a month's bill was used, as far as it is drawn."""
    drawn = [use for use in days if use.day >= _first_drawn(month)]
    if not drawn:
        return None
    of_use = {month_of(use.day) for use in drawn}
    return chart_of_use(drawn, first=min(of_use), last=last_day(max(of_use)))


def _earlier(days: Sequence[DayOfUse], *, month: date) -> str:
    """Return the card-hours of a bill that are of too long ago to be drawn; '' of none."""
    left_out = [use.quantity for use in days if use.day < _first_drawn(month)]
    return figures.card_hours(sum(left_out)) if left_out else ""


def _first_drawn(month: date) -> date:
    return months_later(month, -MONTHS_BEFORE)


def chart_of_use(days: Sequence[DayOfUse], *, first: date, last: date) -> Chart:
    """Return days of use stacked by project and card type."""
    parts: dict[str, dict[date, int]] = defaultdict(dict)
    for use in days:
        name = f"{use.project_name} · {use.card_type}" if use.project else use.card_type
        parts[name][use.day] = use.quantity
    return stacked_chart(first=first, last=last, parts=parts)
