"""A month's settlement run as the page and its files show it: primitives only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compute_billing.settlement.run import Run, RunState, Step, TenantRun
from kernel.money import Money
from kernel.periods import month_text
from kernel.quantities import card_seconds_text
from portal import figures
from portal.exports import Cell
from portal.figures import MoneyFigure
from portal.wording import PARKED, Text, worded
from portal.wording_of_decisions import LEVELS

STEPS: Final = {
    Step.OPEN: _("waits to be rated"),
    Step.PARKED: _("held for a person"),
    Step.RATED: _("rated"),
    Step.CLOSED: _("closed, nothing to bill"),
    Step.INVOICED: _("billed"),
    Step.SETTLED: _("settled"),
}
STATES: Final = {
    RunState.NOT_OVER: _("The month is not over yet."),
    RunState.GRACE: _("The month is over; reports of its last hours may still come."),
    RunState.MOVING: _("Workers are at work."),
    RunState.STILL: _("Nobody is at work. What is done stays done; resume when you like."),
    RunState.PARKED: _("All that is left waits for a person: see the list."),
    RunState.DONE: _("Everything is settled."),
}
REMEDIES: Final = {
    "no_price": _("Let the operator publish a price for these cards and this time, then resume."),
    "original_unrated": _("Mend what it corrects first; it follows by itself."),
    "not_charged_there": _("Ask the operator to send a correction that names the right record."),
}
# Why a closing was refused, by the code before the colon of what was kept.
REFUSALS: Final = {
    "charges_and_shares_differ": _("Charges and their shares differ: call the auditor."),
    "month_not_over": _("The month is not over yet."),
    "usage_waits": _("Use still waits for its price."),
}
CLOSING_REFUSED: Final = _("The closing was refused: the runbook says what to look at.")
CLAIM_STATES: Final = {
    "draft": _("draft"),
    "submitted": _("handed in"),
    "paid": _("paid"),
}
RUN_COLUMNS: Final = (
    *("tenant", "name", "step", "waiting", "parked", "reasons", "refusal", "gross"),
    *("bills", "closed_at", "settled_at"),
)
CLAIM_COLUMNS: Final = (
    *("programme", "level", "budget_year", "claimant", "month", "sequence", "state", "lines"),
    *("amount", "budget_document", "treasury_receipt", "sealed_by"),
)
STATEMENT_COLUMNS: Final = (
    *("operator", "month", "sequence", "issued_at", "tenants", "quantity_card_seconds", "gross"),
    *("discount", "programme", "tenant_paid", "arrears", "sealed_by"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantRow:
    """A tenant's month: how far it is, and what a person can do."""

    code: str
    name: str
    step: str
    step_text: Text
    is_held: bool
    reasons: Sequence[tuple[Text, Text]]
    refusal: Text
    waiting: str
    gross: MoneyFigure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage:
    """The run of a month."""

    month: date
    month_text: str
    state: str
    state_text: Text
    is_live: bool
    has_begun: bool
    may_start: bool
    starts_at: datetime
    last_step_at: datetime | None
    tenants: int
    closed: int
    finished: int
    held: int
    done_steps: int
    all_steps: int
    rows: Sequence[TenantRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """A claim on a fund."""

    url: str
    programme: str
    level: Text
    year: int
    claimant: str
    sequence: int
    state: Text
    lines: str
    amount: MoneyFigure


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """An operator's statement."""

    operator: str
    sequence: int
    issued_at: datetime
    tenants: int
    card_hours: str
    gross: MoneyFigure
    subsidy: MoneyFigure
    paid: MoneyFigure
    arrears: MoneyFigure


def run_page(run: Run, *, shown: Iterable[TenantRun]) -> RunPage:
    """Return the run as it stands, with the rows of the tenants that are shown."""
    return RunPage(
        month=run.month,
        month_text=month_text(run.month),
        state=run.state.value,
        state_text=STATES[run.state],
        is_live=run.may_start,
        has_begun=run.closed > 0,
        may_start=run.may_start,
        starts_at=run.starts_by_itself_at,
        last_step_at=run.last_step_at,
        tenants=len(run.tenants),
        closed=run.closed,
        finished=run.finished,
        held=run.count(Step.PARKED),
        # Each tenant is closed, and then settled.
        done_steps=run.closed + run.finished,
        all_steps=2 * len(run.tenants),
        rows=[_tenant_row(tenant) for tenant in shown],
    )


def _tenant_row(tenant: TenantRun) -> TenantRow:
    is_held = tenant.step is Step.PARKED
    return TenantRow(
        code=tenant.code,
        name=tenant.name,
        step=tenant.step.value,
        step_text=STEPS[tenant.step],
        is_held=is_held,
        reasons=[(worded(PARKED, reason), REMEDIES.get(reason, "")) for reason in tenant.reasons]
        if is_held
        else [],
        refusal=_refusal(tenant.refusal) if is_held and not tenant.reasons else "",
        waiting=f"{tenant.waiting + tenant.parked:,}" if tenant.waiting + tenant.parked else "",
        gross=None if tenant.gross is None else figures.money(tenant.gross),
    )


def claim_row(claim: Any) -> ClaimRow:
    """Return a claim as a line."""
    return ClaimRow(
        url=reverse("claim", args=[claim.public_id]),
        programme=claim.fund.programme.name,
        level=worded(LEVELS, claim.fund.level),
        year=claim.fund.budget_year,
        claimant=claim.claimant.name,
        sequence=claim.sequence,
        state=CLAIM_STATES.get(claim.state, claim.state),
        lines=f"{claim.line_count:,}",
        amount=figures.money(claim.amount),
    )


def statement_row(found: Any) -> StatementRow:
    """Return a statement as a line."""
    return StatementRow(
        operator=found.operator.name,
        sequence=found.sequence,
        issued_at=found.issued_at,
        tenants=found.tenant_count,
        card_hours=figures.card_hours(int(found.quantity)),
        gross=figures.money(found.gross),
        subsidy=figures.money(found.programme),
        paid=figures.money(found.tenant_paid),
        arrears=figures.money(found.arrears),
    )


def _yuan(micro: int | None) -> Decimal | None:
    return None if micro is None else Decimal(Money(micro).to_text())


def run_cells(tenants: Iterable[TenantRun]) -> list[list[Cell]]:
    """Return the rows of the file of tenants."""
    return [
        [
            tenant.code,
            tenant.name,
            tenant.step.value,
            tenant.waiting,
            tenant.parked,
            " ".join(tenant.reasons),
            tenant.refusal,
            _yuan(tenant.gross),
            tenant.bills,
            tenant.closed_at,
            tenant.settled_at,
        ]
        for tenant in tenants
    ]


def claim_cells(claims: Iterable[Any], *, head: str) -> list[list[Cell]]:
    """Return the rows of the file of claims, each with the head of the seals."""
    return [
        [
            claim.fund.programme.code,
            claim.fund.level,
            claim.fund.budget_year,
            claim.claimant.code,
            month_text(claim.period),
            claim.sequence,
            claim.state,
            claim.line_count,
            _yuan(claim.amount),
            claim.budget_document_no,
            claim.treasury_receipt_no,
            head,
        ]
        for claim in claims
    ]


def statement_cells(statements: Iterable[Any], *, head: str) -> list[list[Cell]]:
    """Return the rows of the file of statements, each with the head of the seals."""
    return [
        [
            found.operator.code,
            month_text(found.period),
            found.sequence,
            found.issued_at,
            found.tenant_count,
            Decimal(card_seconds_text(int(found.quantity))),
            *(
                _yuan(amount)
                for amount in (
                    found.gross,
                    found.discount,
                    found.programme,
                    found.tenant_paid,
                    found.arrears,
                )
            ),
            head,
        ]
        for found in statements
    ]


def _refusal(kept: str) -> Text:
    """Return why the last closing was refused; '' where it was not."""
    return REFUSALS.get(kept.partition(":")[0], CLOSING_REFUSED) if kept else ""
