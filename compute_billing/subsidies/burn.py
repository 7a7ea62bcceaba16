"""Funds and their burn: what was granted, drawn, reserved and left, and until when it lasts."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from django.db.models import F, Q

from compute_billing.subsidies.models import Award, Fund
from compute_billing.subsidies.queries import SubsidyNotFound
from kernel.sql import rows, statement

ROOM: Final = "compute_billing.subsidies"
# Beyond this a projection says "years": a pace of today says nothing about then.
PROJECTED_DAYS_MAX: Final = 3_650


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthDrawn:
    """What was drawn in a billing month, and over how many of its days so far."""

    month: date
    drawn: int
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FundState:
    """Where a fund's money is, in micro-yuan.

    appropriated = left_in_fund + awarded; awarded = drawn + reserved + lapsed. `months` are
    those with draws, the earliest first.
    """

    fund_id: int
    programme: str
    programme_name: str
    jurisdiction: str
    level: str
    budget_year: int
    budget_document_no: str
    appropriated: int
    left_in_fund: int
    awards: int
    awarded: int
    drawn: int
    reserved: int
    lapsed: int
    months: Sequence[MonthDrawn]

    @property
    def still_to_draw(self) -> int:
        """Return what may still be drawn: reserved, or not yet awarded."""
        return self.left_in_fund + self.reserved

    @property
    def pace(self) -> MonthDrawn | None:
        """Return the latest month with draws, whose pace is projected."""
        return self.months[-1] if self.months else None

    def exhausted_on(self, *, now: datetime) -> date | None:
        """Return the day on which nothing is left at that pace; None where none is in sight."""
        pace = self.pace
        if pace is None or pace.drawn <= 0 or pace.seconds <= 0:
            return None
        days = self.still_to_draw * pace.seconds // (pace.drawn * 86_400)
        return None if days > PROJECTED_DAYS_MAX else (now + timedelta(days=days)).date()


class AwardPhase(StrEnum):
    """Whether an award gives anything now."""

    AHEAD = "ahead"
    RUNNING = "running"
    EXHAUSTED = "exhausted"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardLine:
    """An award of a fund: its terms, and what its counter says."""

    reference: str
    tenant_code: str
    tenant_name: str
    rate_ppm: int
    cap: int
    basis: int
    granted: int
    starts_at: datetime
    ends_at: datetime
    approved_at: datetime
    phase: AwardPhase

    @property
    def left(self) -> int:
        """Return what it can still give."""
        return self.cap - self.granted


def funds(*, authority_id: int | None = None, now: datetime) -> list[FundState]:
    """Return the funds of an authority (None: of all), the newest budget year first."""
    return _funds(fund_id=None, authority_id=authority_id, now=now)


def fund(
    *,
    programme: str,
    level: str,
    budget_year: int,
    authority_id: int | None = None,
    now: datetime,
) -> FundState:
    """Return the fund of a programme, level and year; that of an authority, if one is named.

    Raises:
        SubsidyNotFound: there is none, or it is another authority's.
    """
    named = Fund.objects.filter(programme__code=programme, level=level, budget_year=budget_year)
    if authority_id is not None:
        named = named.filter(programme__authority_id=authority_id)
    fund_id = named.values_list("id", flat=True).first()
    if fund_id is None:
        message = f"There is no {level} fund of {programme} for {budget_year}."
        raise SubsidyNotFound(message)
    return _funds(fund_id=fund_id, authority_id=None, now=now)[0]


def awards_of_fund(*, fund_id: int, now: datetime) -> list[AwardLine]:
    """Return a fund's awards by reference."""
    awards = Award.objects.filter(parts__fund_id=fund_id).select_related("tenant", "counter")
    return [_award(award, now=now) for award in awards.order_by("reference")]


def award_page(
    *, fund_id: int, phase: AwardPhase | None, after: str | None, limit: int, now: datetime
) -> list[AwardLine]:
    """Return a fund's awards in a phase (None: in any) by reference, from behind one on."""
    awards = Award.objects.filter(parts__fund_id=fund_id).select_related("tenant", "counter")
    if phase is not None:
        awards = awards.filter(_in_phase(phase, now=now))
    if after is not None:
        awards = awards.filter(reference__gt=after)
    return [_award(award, now=now) for award in awards.order_by("reference")[:limit]]


def _in_phase(phase: AwardPhase, *, now: datetime) -> Q:
    """Return what `_phase` says, as a condition."""
    lasts, is_used_up = Q(ends_at__gt=now), Q(counter__granted__gte=F("counter__cap"))
    return {
        AwardPhase.ENDED: ~lasts,
        AwardPhase.EXHAUSTED: lasts & is_used_up,
        AwardPhase.RUNNING: lasts & ~is_used_up & Q(starts_at__lte=now),
        AwardPhase.AHEAD: lasts & ~is_used_up & Q(starts_at__gt=now),
    }[phase]


def _funds(*, fund_id: int | None, authority_id: int | None, now: datetime) -> list[FundState]:
    months = _months(fund_id=fund_id, now=now)
    found = rows(statement(ROOM, "funds.sql"), fund_id=fund_id, authority_id=authority_id, now=now)
    return [FundState(**line, months=months[line["fund_id"]]) for line in found]


def _months(*, fund_id: int | None, now: datetime) -> dict[int, list[MonthDrawn]]:
    found: dict[int, list[MonthDrawn]] = defaultdict(list)
    for line in rows(statement(ROOM, "fund_months.sql"), fund_id=fund_id):
        found[line["fund_id"]].append(_month(line, now=now))
    return found


def _month(line: dict[str, Any], *, now: datetime) -> MonthDrawn:
    until = min(max(now, line["starts_at"]), line["ends_at"])
    return MonthDrawn(
        month=line["month"],
        drawn=line["drawn"],
        seconds=(until - line["starts_at"]) // timedelta(seconds=1),
    )


def _award(award: Award, *, now: datetime) -> AwardLine:
    return AwardLine(
        reference=award.reference,
        tenant_code=award.tenant.code,
        tenant_name=award.tenant.name,
        rate_ppm=award.rate_ppm,
        cap=award.counter.cap,
        basis=award.counter.basis,
        granted=award.counter.granted,
        starts_at=award.starts_at,
        ends_at=award.ends_at,
        approved_at=award.approved_at,
        phase=_phase(award, now=now),
    )


def _phase(award: Award, *, now: datetime) -> AwardPhase:
    if now >= award.ends_at:
        return AwardPhase.ENDED
    if award.counter.granted >= award.counter.cap:
        return AwardPhase.EXHAUSTED
    return AwardPhase.RUNNING if now >= award.starts_at else AwardPhase.AHEAD
