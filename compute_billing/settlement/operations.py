"""Every write of settlement: claims on funds, the operators' statements, and their payment.

A month is settled over its closed tenant-months. A bill stands on one statement, so settling
again finds only what was closed since, and that becomes the next sequence.
Lock order: the month's advisory lock, claims by id, caps, then the ledger's own order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from accounts.events.operations import emit, emit_all
from accounts.events.vocabulary import (
    ClaimMade,
    ClaimPaid,
    ClaimSubmitted,
    MonthSettled,
    StatementIssued,
)
from compute_billing.ledger.operations import CNY, Transfer, account, post
from compute_billing.settlement.accounts import reimbursement_account
from compute_billing.settlement.locks import lock_claim, lock_settlement
from compute_billing.settlement.models import Claim, OperatorStatement
from compute_billing.settlement.netting import net
from compute_billing.settlement.run import RunState, Step, run_of
from compute_billing.settlement.states import CLAIM_TRANSITIONS, ClaimState
from compute_billing.settlement.telling import record_claim, state_of, tell_claim
from compute_billing.subsidies.capping import pay_caps
from kernel.audit import Actor, record
from kernel.errors import DomainError
from kernel.money import Money
from kernel.nudges import wake_after_commit
from kernel.periods import month_text
from kernel.sql import execute, rows, statement
from kernel.transactions import transaction, transaction_if_not_already, transaction_required

CUSTODY: Final = "bank"


class ClaimNotFound(DomainError):
    """There is no such claim."""

    code = "claim_not_found"


class UnableToStartRun(DomainError):
    """The month is not over, or reports of its last hours may still come."""

    code = "run_too_early"


class UnableToMarkClaimPaid(DomainError):
    """The claim was paid with other papers already, or papers are missing."""

    code = "unable_to_mark_claim_paid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What one settling of a month has made; nothing when nothing was closed since the last."""

    claim_ids: tuple[int, ...] = ()
    statement_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bills:
    """The bills to be settled, and the recorded months in which their charges lie."""

    invoice_ids: list[int]
    tenants: list[tuple[int, UUID]]
    recorded_from: date
    recorded_to: date


@transaction
def settle(*, month: date, now: datetime) -> Settlement:
    """Claim the award shares of a month from their funds and write the operators' statements.

    Only closed tenant-months are settled; those that close later, and whatever they bring,
    become the next claim and statement of the month. One transaction: a crash leaves nothing.
    """
    lock_settlement(month=month)
    bills = _unsettled_bills(month)
    if bills is None:
        return Settlement()
    # Compiling statements over many partitions takes longer than running them.
    execute("SET LOCAL jit = off")
    made = Settlement(
        claim_ids=tuple(_claim(bills, month=month, now=now)),
        statement_ids=tuple(_state(bills, month=month, now=now)),
    )
    settled = [
        (tenant_id, MonthSettled(month=month, invoice=invoice))
        for tenant_id, invoice in bills.tenants
    ]
    emit_all(settled, now=now)
    return made


@transaction_if_not_already()
def submit_claim(*, claim_id: int, now: datetime, actor: Actor) -> None:
    """Note that a claim was handed in.

    Raises:
        ClaimNotFound: there is no such claim.
        IllegalTransition: it was handed in or paid before.
    """
    claim = _locked_claim(claim_id)
    CLAIM_TRANSITIONS.compare_and_set(
        Claim.objects.filter(pk=claim_id),
        from_=ClaimState(claim.state),
        to=ClaimState.SUBMITTED,
        also={"submitted_at": now},
    )
    before = state_of(claim)
    claim.state = ClaimState.SUBMITTED
    record_claim(claim, action="settlement.submit_claim", actor=actor, before=before, now=now)
    tell_claim(ClaimSubmitted, claim, now=now)


@transaction_if_not_already()
def mark_claim_paid(
    *,
    claim_id: int,
    budget_document_no: str,
    treasury_receipt_no: str,
    now: datetime,
    actor: Actor,
    custody: str = CUSTODY,
) -> None:
    """Book the treasury's payment of a claim: the operator has the cash, the programme paid.

    `custody` says where the money lies. A claim of corrections alone is negative and is paid
    back. The same papers again change nothing.

    Raises:
        ClaimNotFound: there is no such claim.
        UnableToMarkClaimPaid: paid with other papers before, or a number is missing.
        UnableToDrawOnCap: it takes back what was not paid yet; pay the earlier claim first.
    """
    papers = (budget_document_no.strip(), treasury_receipt_no.strip())
    if not all(papers):
        message = "A payment needs the budget document number and the treasury receipt number."
        raise UnableToMarkClaimPaid(message, details={"claim_id": claim_id})
    claim = _locked_claim(claim_id)
    if claim.state == ClaimState.PAID:
        return _refuse_other_papers(claim, papers)
    CLAIM_TRANSITIONS.compare_and_set(
        Claim.objects.filter(pk=claim_id),
        from_=ClaimState(claim.state),
        to=ClaimState.PAID,
        also={
            "paid_at": now,
            "budget_document_no": papers[0],
            "treasury_receipt_no": papers[1],
        },
    )
    _count_on_caps(claim)
    _post_payment(claim, custody=custody, now=now)
    before = state_of(claim)
    claim.state = ClaimState.PAID
    claim.budget_document_no, claim.treasury_receipt_no = papers
    record_claim(claim, action="settlement.pay_claim", actor=actor, before=before, now=now)
    return tell_claim(ClaimPaid, claim, now=now)


@transaction_required
def _count_on_caps(claim: Claim) -> None:
    """Turn what decisions had reserved on caps into paid, by as much as the claim pays of each."""
    paid = rows(statement(__package__, "paid_of_awards.sql"), claim_id=claim.pk)
    for award in paid:
        pay_caps(reference=award["reference"], amount_micro=award["amount"])


def request_run(*, month: date, actor: Actor, now: datetime) -> None:
    """Wake the workers for a month that is over; PostgreSQL says what there is to do.

    Harmless to repeat: it nudges, and whatever is done stays done.

    Raises:
        BillingMonthMissing: there is no such month.
        UnableToStartRun: the month is not over, or its grace has not passed.
    """
    run = run_of(month=month, now=now)
    if run.state in {RunState.NOT_OVER, RunState.GRACE}:
        message = (
            f"{month_text(month)} is closed from {run.starts_by_itself_at.isoformat()} on: "
            "reports of its last hours come until then."
        )
        raise UnableToStartRun(message, details={"month": month_text(month)})
    with transaction():
        record(
            action="settlement.request_run",
            object_type="settlement_month",
            object_id=month_text(month),
            actor=actor,
            now=now,
            detail={
                "tenants": len(run.tenants),
                "closed": run.closed,
                "finished": run.finished,
                "parked": run.count(Step.PARKED),
            },
        )
        wake_after_commit("parked")
        wake_after_commit("rating")
        wake_after_commit("closing")
        wake_after_commit("settlement")


def _unsettled_bills(month: date) -> _Bills | None:
    found = rows(statement(__package__, "unsettled_bills.sql"), month=month)
    if not found:
        return None
    return _Bills(
        invoice_ids=[int(bill["id"]) for bill in found],
        tenants=[(bill["tenant_id"], bill["public_id"]) for bill in found],
        recorded_from=min(bill["recorded_from"] for bill in found),
        recorded_to=max(bill["recorded_to"] for bill in found),
    )


@transaction_required
def _claim(bills: _Bills, *, month: date, now: datetime) -> list[int]:
    """Make the claims of some bills' award shares and return their ids."""
    execute(
        statement(__package__, "stage_charges.sql"),
        invoice_ids=bills.invoice_ids,
        recorded_from=bills.recorded_from,
        recorded_to=bills.recorded_to,
        month=month,
    )
    execute("ANALYZE claimable_charge")
    execute(statement(__package__, "stage_shares.sql"))
    execute("ANALYZE claimable_share")
    execute(statement(__package__, "insert_claimed.sql"))
    totals = rows(statement(__package__, "claim_totals.sql"), month=month)
    claims = [Claim(period=month, made_at=now, **total) for total in totals]
    for claim in claims:
        claim.save(force_insert=True)
        execute(
            statement(__package__, "insert_claim_lines.sql"),
            claim_id=claim.pk,
            fund_id=claim.fund_id,
            claimant_id=claim.claimant_id,
        )
        net(claim, now=now)
        record_claim(claim, action="settlement.make_claim", actor=Actor.system(), now=now)
        tell_claim(ClaimMade, claim, now=now)
    return [claim.pk for claim in claims]


@transaction_required
def _state(bills: _Bills, *, month: date, now: datetime) -> list[int]:
    """Write the operators' statements over some bills and return their ids."""
    totals = rows(
        statement(__package__, "statement_totals.sql"),
        invoice_ids=bills.invoice_ids,
        month=month,
    )
    statements = [OperatorStatement(period=month, issued_at=now, **total) for total in totals]
    for made in statements:
        made.save(force_insert=True)
        execute(
            statement(__package__, "insert_statement_lines.sql"),
            statement_id=made.pk,
            operator_id=made.operator_id,
            invoice_ids=bills.invoice_ids,
        )
        _record_statement(made, now=now)
        issued = StatementIssued(
            statement=made.public_id, month=month, sequence=made.sequence, gross=Money(made.gross)
        )
        emit(issued, organisation_id=made.operator_id, now=now)
    return [made.pk for made in statements]


@transaction_required
def _locked_claim(claim_id: int) -> Claim:
    claim = lock_claim(claim_id=claim_id)
    if claim is None:
        message = f"There is no claim {claim_id}."
        raise ClaimNotFound(message, details={"claim_id": claim_id})
    return claim


def _refuse_other_papers(claim: Claim, papers: Sequence[str]) -> None:
    if (claim.budget_document_no, claim.treasury_receipt_no) == tuple(papers):
        return
    message = (
        f"Claim {claim.pk} was paid by {claim.budget_document_no}, receipt "
        f"{claim.treasury_receipt_no}: a second payment belongs to another claim."
    )
    raise UnableToMarkClaimPaid(message, details={"claim_id": claim.pk})


@transaction_required
def _post_payment(claim: Claim, *, custody: str, now: datetime) -> None:
    """Post what was paid, or paid back; a claim that comes to nothing moves nothing.

    A provider has the cash. A tenant is paid by the treasury itself: what it was owed is settled.
    """
    payable = claim.amount - claim.netted
    if payable == 0:
        return
    claimants = (
        _reimbursement(claim)
        if claim.kind == Claim.Kind.REIMBURSEMENT
        else account(
            owner_kind="operator", owner_id=claim.claimant_id, kind="cash", subject=custody
        )
    )
    appropriation = account(
        owner_kind="programme", owner_id=claim.fund.programme_id, kind="appropriation"
    )
    source, destination = (claimants, appropriation) if payable > 0 else (appropriation, claimants)
    post(
        kind="claim_paid",
        reference=str(claim.public_id),
        occurred_at=now,
        now=now,
        transfers=[Transfer(source, destination, CNY, abs(payable))],
    )


def _reimbursement(claim: Claim) -> int:
    return reimbursement_account(
        owner_kind="tenant", owner_id=claim.claimant_id, fund_id=claim.fund_id
    )


@transaction_required
def _record_statement(made: OperatorStatement, *, now: datetime) -> None:
    record(
        action="settlement.issue_statement",
        object_type="operator_statement",
        object_id=made.pk,
        actor=Actor.system(),
        organisation_id=made.operator_id,
        now=now,
        detail={
            "month": month_text(made.period),
            "sequence": made.sequence,
            "tenants": made.tenant_count,
            "gross": made.gross,
            "discount": made.discount,
            "programme": made.programme,
            "tenant_paid": made.tenant_paid,
            "arrears": made.arrears,
        },
    )
