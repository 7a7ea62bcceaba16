"""What a tenant has, for how long it lasts, and what it owes, as a template shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from accounts.api_paging import encoded
from compute_billing.audit.lasting import Lasting
from compute_billing.audit.usage import DayOfUse, RunningJob, UsageTenant
from compute_billing.ledger.queries import CauseOwed, Lot, Position
from portal import figures
from portal.chart import Chart
from portal.figures import MoneyFigure
from portal.hold_pages import lot_word
from portal.lot_pages import scope_name
from portal.usage_pages import chart_of_use
from portal.wording import ACCOUNTS, ARREARS, PAUSES, Text, worded

MONEY_UNIT: Final = "CNY"
PREPAID: Final = "prepaid"
BURN_DAYS: Final = 7
SHOWN_DAYS: Final = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class LotRow:
    """A lot: an amount of money or card time, what is left of it, and until when."""

    kind: Text
    reference: str
    word: str
    scope: str
    granted: str
    left: str
    left_money: MoneyFigure | None
    has_left: bool
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtRow:
    """What is owed for one cause."""

    cause: Text
    amount: MoneyFigure
    debts: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """A running job, and what it used and cost up to its last poll."""

    record_id: str
    job: str
    project: str
    card_type: str
    cards: str
    card_hours: str
    started_at: datetime
    metered_until: datetime
    cost: MoneyFigure


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletPage:
    """All of the page. `days_left` is '' without burn, and where it `lasts_long`, beyond a year.

    `unused` is money that expires before it is used up at this pace.
    """

    tenant: UsageTenant
    is_prepaid: bool
    balance: MoneyFigure
    held: MoneyFigure | None
    burn: MoneyFigure
    days_left: str
    lasts_long: bool
    ends_at: datetime | None
    ends_by_expiry: bool
    unused: MoneyFigure | None
    is_low: bool
    low_amount: MoneyFigure | None
    owed: MoneyFigure
    credit_left: MoneyFigure | None
    paused_reason: Text
    lots: Sequence[LotRow]
    debts: Sequence[DebtRow]
    jobs: Sequence[JobRow]
    has_projects: bool
    chart: Chart


def wallet_page(
    *,
    tenant: UsageTenant,
    position: Position,
    left: Lasting,
    low_days: int,
    lots: Sequence[Lot],
    owed: Sequence[CauseOwed],
    jobs: Sequence[RunningJob],
    last: date,
    days: Sequence[DayOfUse],
) -> WalletPage:
    """Put the page together; the pace is of BURN_DAYS days."""
    money = [held for held in position.holdings if held.unit == MONEY_UNIT]
    balance = sum(held.posted for held in money) - position.arrears
    held = sum(held.held for held in money)
    return WalletPage(
        tenant=tenant,
        is_prepaid=position.mode == PREPAID,
        balance=figures.money(balance),
        held=figures.money(held) if held else None,
        burn=figures.money(left.spent // BURN_DAYS),
        days_left="" if left.days_left is None else f"{left.days_left}",
        lasts_long=left.has_pace and left.ends_at is None,
        ends_at=left.ends_at,
        ends_by_expiry=left.is_by_expiry,
        unused=figures.money(left.unused) if left.unused else None,
        is_low=_is_low(position, balance=balance, left=left, low_days=low_days),
        low_amount=None if position.low_amount is None else figures.money(position.low_amount),
        owed=figures.money(position.arrears),
        credit_left=_credit_left(position),
        paused_reason=worded(PAUSES, position.paused_reason),
        lots=[_lot(lot, tenant=tenant.code) for lot in lots],
        debts=[_debt(debt) for debt in owed],
        jobs=job_rows(jobs),
        has_projects=any(job.project for job in jobs),
        chart=chart_of_use(days, first=first_shown(last), last=last),
    )


def _is_low(position: Position, *, balance: int, left: Lasting, low_days: int) -> bool:
    """Say whether it is below what its people are warned of."""
    if position.mode != PREPAID:
        return False
    if position.low_amount is not None:
        return balance < position.low_amount
    return left.days_left is not None and left.days_left < low_days


def first_shown(last: date) -> date:
    """Return the first day of the chart whose last day is given."""
    return last - timedelta(days=SHOWN_DAYS - 1)


def _credit_left(position: Position) -> MoneyFigure | None:
    if not position.credit_limit:
        return None
    return figures.money(position.credit_limit - position.credit_used)


def _lot(lot: Lot, *, tenant: str) -> LotRow:
    is_money = lot.unit == MONEY_UNIT
    return LotRow(
        kind=worded(ACCOUNTS, lot.stage),
        reference=lot.reference,
        word=lot_word(tenant=tenant, stage=lot.stage, reference=lot.reference, unit=lot.unit),
        scope=scope_name(lot),
        granted=(
            figures.money(lot.granted).rounded if is_money else figures.card_hours(lot.granted)
        ),
        left="" if is_money else figures.card_hours(lot.posted),
        left_money=figures.money(lot.posted) if is_money else None,
        has_left=lot.posted > 0,
        expires_at=lot.expires_at,
    )


def _debt(debt: CauseOwed) -> DebtRow:
    return DebtRow(
        cause=worded(ARREARS, debt.cause),
        amount=figures.money(debt.outstanding),
        debts=f"{debt.debts:,}",
        since=debt.since,
    )


def job_rows(jobs: Sequence[RunningJob]) -> list[JobRow]:
    """Return running jobs as they are shown."""
    return [_job(job) for job in jobs]


def _job(job: RunningJob) -> JobRow:
    return JobRow(
        record_id=encoded(job.source, job.record),
        job=job.job,
        project=job.project_name or "",
        card_type=job.card_type,
        cards=figures.cards(job.milli_cards),
        card_hours=figures.card_hours(job.quantity),
        started_at=job.started_at,
        metered_until=job.metered_until,
        cost=figures.money(job.cost.tenant),
    )
