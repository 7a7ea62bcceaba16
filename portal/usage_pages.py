"""The explorer of a tenant's usage, from what the rooms say to what its template shows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from accounts.api_paging import encoded
from compute_billing.audit.usage import Cost, DayOfUse, UsageChoices, UsageSums, UsageTenant
from compute_billing.metering.queries import Usage
from kernel.periods import month_text
from portal import figures
from portal.chart import Chart, last_day, stacked_chart
from portal.figures import MoneyFigure
from portal.wording import PARKED, STATES, Text, worded

NOTHING: Final = Cost(gross=0, discount=0, programme=0, tenant=0)


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
    chart: Chart


def record_id(usage: Usage) -> str:
    """Return the one word that a record has in addresses, as the API has it."""
    return encoded(usage.source, usage.external_id)


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
        project=usage.project or "",
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
    kept = [*values] if not chosen or chosen in values else [chosen, *values]
    return [Choice(value=value, text=value, is_chosen=value == chosen) for value in kept]


def usage_page(
    *,
    tenant: UsageTenant,
    month: date,
    months: Sequence[date],
    usage: Sequence[Usage],
    costs: Mapping[int, Cost] | None,
    sums: UsageSums,
    days: Sequence[DayOfUse],
    offered: UsageChoices,
    chosen: Mapping[str, str],
) -> UsagePage:
    """Put the explorer together; without `costs` it tells no amounts."""
    return UsagePage(
        tenant=tenant,
        month=month,
        rows=[
            usage_row(record, cost=None if costs is None else costs.get(record.usage_id, NOTHING))
            for record in usage
        ],
        records=f"{sums.records:,}",
        not_charged=f"{sums.not_charged:,}" if sums.not_charged else "",
        card_hours=figures.card_hours(sums.quantity),
        cost=None if costs is None else cost_figures(sums.cost),
        months=choices([month_text(day) for day in months], chosen=month_text(month)),
        projects=choices(offered.projects, chosen=chosen["project"]),
        card_types=choices(offered.card_types, chosen=chosen["card_type"]),
        job=chosen["job"],
        is_filtered=any(chosen.values()),
        chart=chart_of_use(days, first=month, last=last_day(month)),
    )


def chart_of_use(days: Sequence[DayOfUse], *, first: date, last: date) -> Chart:
    """Return days of use stacked by project and card type."""
    parts: dict[str, dict[date, int]] = defaultdict(dict)
    for use in days:
        name = f"{use.project} · {use.card_type}" if use.project else use.card_type
        parts[name][use.day] = use.quantity
    return stacked_chart(first=first, last=last, parts=parts)
