"""Funds of public money as pages and files show them: primitives only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext_lazy as _

from compute_billing.subsidies.burn import AwardLine, AwardPhase, FundState
from kernel.money import Money
from portal import figures
from portal.exports import Cell
from portal.figures import MoneyFigure
from portal.wording import Text, worded
from portal.wording_of_decisions import LEVELS

PHASES: Final = {
    AwardPhase.AHEAD: _("not begun"),
    AwardPhase.RUNNING: _("running"),
    AwardPhase.EXHAUSTED: _("used up"),
    AwardPhase.ENDED: _("ended"),
}
FUND_COLUMNS: Final = (
    *("programme", "level", "budget_year", "budget_document", "appropriated", "awarded", "drawn"),
    *("reserved", "lapsed", "not_awarded", "pace_month", "pace_drawn", "exhausted_on"),
)
AWARD_COLUMNS: Final = (
    *("reference", "tenant", "rate_ppm", "cap", "basis", "granted", "left", "starts_at"),
    *("ends_at", "phase"),
)
MONTH_COLUMNS: Final = ("programme", "level", "budget_year", "month", "drawn")


@dataclass(frozen=True, slots=True, kw_only=True)
class FundRow:
    """A fund: where its money is, and until when it lasts."""

    programme: str
    programme_name: str
    level: str
    level_name: Text
    year: int
    document: str
    appropriated: MoneyFigure
    awarded: MoneyFigure
    drawn: MoneyFigure
    reserved: MoneyFigure
    lapsed: MoneyFigure
    left: MoneyFigure
    drawn_part: str
    drawn_steps: int
    pace: MoneyFigure | None
    pace_month: date | None
    exhausted_on: date | None
    awards: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardRow:
    """An award of a fund."""

    reference: str
    tenant: str
    rate: str
    cap: MoneyFigure
    granted: MoneyFigure
    left: MoneyFigure
    part: str
    ends_at: datetime
    phase: Text
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthRow:
    """What a fund's awards gave in a month."""

    month: date
    drawn: MoneyFigure
    thousandths: int


def fund_row(fund: FundState, *, now: datetime) -> FundRow:
    """Return a fund as a line."""
    pace = fund.pace
    return FundRow(
        programme=fund.programme,
        programme_name=fund.programme_name,
        level=fund.level,
        level_name=worded(LEVELS, fund.level),
        year=fund.budget_year,
        document=fund.budget_document_no,
        appropriated=figures.money(fund.appropriated),
        awarded=figures.money(fund.awarded),
        drawn=figures.money(fund.drawn),
        reserved=figures.money(fund.reserved),
        lapsed=figures.money(fund.lapsed),
        left=figures.money(fund.left_in_fund),
        drawn_part=figures.percent(fund.drawn, fund.appropriated),
        drawn_steps=_thousandths(fund.drawn, fund.appropriated),
        pace=None if pace is None else figures.money(pace.drawn),
        pace_month=None if pace is None else pace.month,
        exhausted_on=fund.exhausted_on(now=now),
        awards=fund.awards,
    )


def _thousandths(part: int, whole: int) -> int:
    return max(0, part) * 1000 // whole if whole > 0 else 0


def month_rows(fund: FundState) -> list[MonthRow]:
    """Return the months with draws, the newest first, measured by the largest."""
    largest = max((month.drawn for month in fund.months), default=0)
    return [
        MonthRow(
            month=month.month,
            drawn=figures.money(month.drawn),
            thousandths=_thousandths(month.drawn, largest),
        )
        for month in reversed(fund.months)
    ]


def award_row(award: AwardLine) -> AwardRow:
    """Return an award as a line."""
    return AwardRow(
        reference=award.reference,
        tenant=award.tenant_name,
        rate=figures.percent(award.rate_ppm, 1_000_000),
        cap=figures.money(award.cap),
        granted=figures.money(award.granted),
        left=figures.money(award.left),
        part=figures.percent(award.granted, award.cap),
        ends_at=award.ends_at,
        phase=PHASES[award.phase],
        is_over=award.phase in {AwardPhase.EXHAUSTED, AwardPhase.ENDED},
    )


def _yuan(micro: int) -> Decimal:
    return Decimal(Money(micro).to_text())


def fund_cells(funds: Sequence[FundState], *, now: datetime) -> list[list[Cell]]:
    """Return the rows of the file of funds."""
    return [
        [
            fund.programme,
            fund.level,
            fund.budget_year,
            fund.budget_document_no,
            *(
                _yuan(amount)
                for amount in (
                    fund.appropriated,
                    fund.awarded,
                    fund.drawn,
                    fund.reserved,
                    fund.lapsed,
                    fund.left_in_fund,
                )
            ),
            None if fund.pace is None else fund.pace.month,
            None if fund.pace is None else _yuan(fund.pace.drawn),
            fund.exhausted_on(now=now),
        ]
        for fund in funds
    ]


def month_cells(fund: FundState) -> list[list[Cell]]:
    """Return the rows of the file of a fund's months."""
    return [
        [fund.programme, fund.level, fund.budget_year, month.month, _yuan(month.drawn)]
        for month in fund.months
    ]


def award_cells(awards: Sequence[AwardLine]) -> list[list[Cell]]:
    """Return the rows of the file of a fund's awards."""
    return [
        [
            award.reference,
            award.tenant_code,
            award.rate_ppm,
            *(_yuan(amount) for amount in (award.cap, award.basis, award.granted, award.left)),
            award.starts_at,
            award.ends_at,
            award.phase.value,
        ]
        for award in awards
    ]
