"""Budgets, from how they stand to what their pages show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compute_billing.audit.budgets import BudgetStanding
from compute_billing.budgets.queries import Budget, BudgetAlert, BudgetPeriod
from kernel.money import Money
from kernel.periods import month_text
from portal import figures
from portal.exports import Cell
from portal.figures import MoneyFigure
from portal.tables import Table, TableCell, TableRow, amount, instant, words
from portal.wording import Text, worded

MEASURES: Final[Mapping[str, Promise]] = {
    "actual": gettext_lazy("spent"),
    "forecast": gettext_lazy("forecast"),
    "stop": gettext_lazy("a job was refused"),
}
COLUMNS: Final = (
    *("id", "name", "project", "kind", "first_month", "last_month", "amount", "stops"),
    *("period", "spent", "held", "left", "forecast", "ended_at"),
)
DAY_COLUMNS: Final = ("day", "spent", "left", "even_pace")
WIDTH: Final = 720
HEIGHT: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLeft:
    """The end of a day: what it cost, what is left then, and what an even pace would leave."""

    day: date
    spent: int
    left: int
    even: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BurnDown:
    """The days so far, as two lines in a drawing and as a table."""

    days: Sequence[DayLeft]
    table: Table
    left_points: str
    even_points: str
    zero_y: int
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetPage:
    """All of a budget's page."""

    budget: Budget
    whose: Text
    period: Text
    months: Text
    amount: MoneyFigure
    spent: MoneyFigure | None
    part: str
    held: MoneyFigure | None
    left: MoneyFigure | None
    forecast: MoneyFigure | None
    is_forecast_over: bool
    percents: Sequence[tuple[Text, str]]
    burn_down: BurnDown | None
    alerts: Table


def whose(budget: Budget) -> Text:
    """Return which use a budget is of."""
    return budget.project.name if budget.project else _("all use")


def budgets_table(standings: Sequence[BudgetStanding]) -> Table:
    """Return budgets as a table."""
    return Table(
        name=_("Budgets"),
        columns=[
            _("Budget"),
            _("Period"),
            _("Amount"),
            _("Spent"),
            _("Held for jobs"),
            _("Left"),
            _("Forecast"),
        ],
        rows=[_row(standing) for standing in standings],
    )


def _row(standing: BudgetStanding) -> TableRow:
    budget, now = standing.budget, standing.figures
    head = TableCell(
        text=budget.name,
        note=whose(budget),
        url=reverse("budget", args=[budget.public_id]),
        badge=_("stops jobs") if budget.stops and budget.ended_at is None else "",
    )
    period = words(_("ended") if budget.ended_at else _period(now.period) if now else "–")
    nothing = TableCell(text="–", tone="none")
    if now is None:
        cells = [head, period, amount(figures.money(budget.amount)), *([nothing] * 4)]
        return TableRow(key=str(budget.public_id), cells=cells)
    spent = figures.money(now.period.spent)
    return TableRow(
        key=str(budget.public_id),
        cells=[
            head,
            period,
            amount(figures.money(budget.amount)),
            TableCell(money=spent, note=figures.percent(now.period.spent, budget.amount)),
            amount(figures.money(now.period.held)),
            TableCell(
                money=figures.money(now.period.left),
                tone="alarmed" if now.period.left < 0 else "",
                figure="left",
            ),
            TableCell(
                money=figures.money(now.forecast),
                tone="alarmed" if now.forecast > budget.amount else "",
                figure="forecast",
            ),
        ],
    )


def _period(period: BudgetPeriod) -> str:
    first, last = month_text(period.month), month_text(period.until_month)
    return first if first == last else f"{first} – {last}"


def budget_cells(standing: BudgetStanding) -> list[Cell]:
    """Return a budget as a row of a file."""
    budget, now = standing.budget, standing.figures
    last = month_text(budget.last_month) if budget.last_month else None
    head: list[Cell] = [
        *(str(budget.public_id), budget.name, budget.project.code if budget.project else None),
        *(budget.kind, month_text(budget.first_month), last, _yuan(budget.amount)),
        "yes" if budget.stops else "no",
    ]
    if now is None:
        return [*head, None, None, None, None, None, budget.ended_at]
    numbers = (now.period.spent, now.period.held, now.period.left, now.forecast)
    return [*head, _period(now.period), *map(_yuan, numbers), budget.ended_at]


def _yuan(micro: int) -> Decimal:
    return Decimal(Money(micro).to_text())


def budget_page(standing: BudgetStanding, *, days: Mapping[date, int], now: datetime) -> BudgetPage:
    """Put the page together; `days` are what each day of the present period cost."""
    budget, stand = standing.budget, standing.figures
    period = stand.period if stand else None
    return BudgetPage(
        budget=budget,
        whose=whose(budget),
        period=_period(period) if period else "",
        months=_months(budget),
        amount=figures.money(budget.amount),
        spent=figures.money(period.spent) if period else None,
        part=figures.percent(period.spent, budget.amount) if period else "",
        held=figures.money(period.held) if period else None,
        left=figures.money(period.left) if period else None,
        forecast=figures.money(stand.forecast) if stand else None,
        is_forecast_over=stand is not None and stand.forecast > budget.amount,
        percents=[
            (_("of what is spent"), _listed(budget.actual_percents)),
            (_("of what is forecast"), _listed(budget.forecast_percents)),
        ],
        burn_down=burn_down(period, days=days, now=now) if period else None,
        alerts=alerts_table(standing.alerts),
    )


def _months(budget: Budget) -> Text:
    first = month_text(budget.first_month)
    if budget.last_month is None:
        return _("each month from %(first)s on") % {"first": first}
    said = {"first": first, "last": month_text(budget.last_month)}
    if budget.kind == Budget.Kind.TERM:
        return _("once for %(first)s to %(last)s") % said
    return _("each month from %(first)s to %(last)s") % said


def _listed(percents: Sequence[int]) -> str:
    return ", ".join(f"{percent}%" for percent in percents) or "–"


def alerts_table(alerts: Sequence[BudgetAlert]) -> Table:
    """Return what was told as a table."""
    return Table(
        name=_("What was told"),
        columns=[_("When"), _("Period"), _("What"), _("Spent then"), _("Forecast then")],
        rows=[
            TableRow(
                key=f"{alert.month} {alert.measure} {alert.percent}",
                cells=[
                    instant(alert.told_at),
                    words(month_text(alert.month)),
                    words(_told(alert)),
                    amount(figures.money(alert.spent)),
                    amount(figures.money(alert.forecast)),
                ],
            )
            for alert in alerts
        ],
    )


def _told(alert: BudgetAlert) -> Text:
    measure = worded(MEASURES, alert.measure)
    return measure if alert.measure == "stop" else f"{measure} {alert.percent}%"


def burn_down(period: BudgetPeriod, *, days: Mapping[date, int], now: datetime) -> BurnDown:
    """Return what was left at the end of each day so far, beside an even pace."""
    zone = ZoneInfo(settings.BILLING_TIME_ZONE)
    first = period.starts_at.astimezone(zone).date()
    last = (period.ends_at - timedelta(milliseconds=1)).astimezone(zone).date()
    shown = min(last, now.astimezone(zone).date())
    whole, found, left = (last - first).days + 1, [], period.budget.amount
    for n in range((shown - first).days + 1):
        day = first + timedelta(days=n)
        left -= days.get(day, 0)
        even = period.budget.amount * (whole - n - 1) // whole
        found.append(DayLeft(day=day, spent=days.get(day, 0), left=left, even=even))
    return _drawn(found, period=period, whole=whole, first=first, last=last)


def _drawn(
    days: Sequence[DayLeft], *, period: BudgetPeriod, whole: int, first: date, last: date
) -> BurnDown:
    most = period.budget.amount
    least = min(0, *(day.left for day in days))

    def height(micro: int) -> int:
        return (most - micro) * HEIGHT // (most - least)

    points = [(0, most), *((n, day.left) for n, day in enumerate(days, start=1))]
    return BurnDown(
        days=days,
        table=_days_table(days),
        left_points=" ".join(f"{WIDTH * n // whole},{height(left)}" for n, left in points),
        even_points=f"0,0 {WIDTH},{height(0)}",
        zero_y=height(0),
        first=first,
        last=last,
    )


def _days_table(days: Sequence[DayLeft]) -> Table:
    return Table(
        name=_("What is left, day by day"),
        columns=[_("Day"), _("Spent"), _("Left"), _("At an even pace")],
        rows=[
            TableRow(
                key=day.day.isoformat(),
                cells=[
                    TableCell(text=f"{day.day:%m-%d}"),
                    amount(figures.money(day.spent)),
                    TableCell(
                        money=figures.money(day.left), tone="alarmed" if day.left < 0 else ""
                    ),
                    amount(figures.money(day.even)),
                ],
            )
            for day in days
        ],
    )


def day_cells(day: DayLeft) -> list[Cell]:
    """Return a day of the burn-down as a row of a file."""
    return [day.day, _yuan(day.spent), _yuan(day.left), _yuan(day.even)]
