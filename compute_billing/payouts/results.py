"""What a bank answered to a run's file, line by line: arrived, or back to what is payable."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from accounts.queries import roles_by_organisation
from compute_billing.payouts.arriving import arrive, bounce, finish_run, tell_outcome
from compute_billing.payouts.locks import lock_payee, lock_run
from compute_billing.payouts.models import Payout, PayoutRun, PayoutState, RunState
from compute_billing.payouts.payment_file import ReadResult, ResultRow
from compute_billing.payouts.result_models import ResultFile, ResultLine, Verdict
from compute_billing.payouts.running import RunNotFound, RunNotSent, give_back
from kernel.audit import Actor, record
from kernel.errors import DomainError
from kernel.transactions import transaction, transaction_required

TAKING_RESULTS: Final = (RunState.APPROVED, RunState.FINISHED)


class UnableToImportOwnResult(DomainError):
    """Whoever proposed a run, or is paid by it, does not take in what the bank answered."""

    code = "payout_result_four_eyes"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedResult:
    """How many lines an answer has, and what became of them."""

    lines: int
    applied: int
    known: int
    wrong: int


def import_result(*, run_id: UUID, read: ReadResult, user_id: int, now: datetime) -> ImportedResult:
    """Bring what a bank answered into the books, all of it at once; the same again is nothing new.

    Raises:
        RunNotFound: there is no such run.
        RunNotSent: it was not approved.
        UnableToImportOwnResult: the person proposed the run, or belongs to who is paid by it; what
            he says came back would be payable again.
    """
    with transaction():
        run = lock_run(run_id)
        if run is None:
            message = "There is no such run."
            raise RunNotFound(message)
        if run.state not in TAKING_RESULTS:
            message = "This run was not approved: its file has not left the house."
            raise RunNotSent(message)
        payouts = {
            payout.number: payout
            for payout in run.payouts.select_related("run").order_by("payee_id")
        }
        _refuse_concerned(run, payouts.values(), user_id=user_id)
        # In the order of the locks, whatever the order of the bank's lines is.
        for payee_id in sorted({payout.payee_id for payout in payouts.values()}):
            lock_payee(payee_id, now=now)
        file = ResultFile.objects.create(
            run=run,
            file_name=read.name,
            sha256=read.sha256,
            imported_by_id=user_id,
            run_maker_id=run.maker_id,
            imported_at=now,
        )
        lines = [
            ResultLine(
                file=file,
                position=told.position,
                number=told.number,
                verdict=_apply(told, payouts.get(told.number), now=now),
                text=told.text,
            )
            for told in read.rows
        ]
        ResultLine.objects.bulk_create(lines)
        finish_run(run)
        _record(run, file, user_id=user_id, now=now)
    verdicts = [line.verdict for line in lines]
    applied, known = verdicts.count(Verdict.APPLIED), verdicts.count(Verdict.KNOWN)
    return ImportedResult(
        lines=len(lines), applied=applied, known=known, wrong=len(lines) - applied - known
    )


def _refuse_concerned(run: PayoutRun, payouts: Iterable[Payout], *, user_id: int) -> None:
    own = roles_by_organisation(user_id=user_id)
    if run.maker_id == user_id or any(payout.payee_id in own for payout in payouts):
        message = (
            "Whoever proposed a run, or belongs to somebody whom it pays, does not take in its "
            "answer: ask somebody else."
        )
        raise UnableToImportOwnResult(message)


@transaction_required
def _apply(told: ResultRow, payout: Payout | None, *, now: datetime) -> Verdict:
    """Bring a payout to what the bank says of it; money comes back of one that had arrived, too."""
    if told.is_paid is None:
        return Verdict.UNREADABLE
    if payout is None:
        return Verdict.UNKNOWN
    if told.amount_fen != payout.amount_fen:
        return Verdict.CONFLICT
    wanted = PayoutState.PAID if told.is_paid else PayoutState.RETURNED
    if payout.state == wanted:
        return Verdict.KNOWN
    if payout.state == PayoutState.RETURNED:
        return Verdict.CONFLICT
    if told.is_paid:
        arrive(payout, reference=told.bank_reference, now=now)
    elif payout.state == PayoutState.SENT:
        give_back(payout, failure=told.failure or "unknown", now=now)
    else:
        bounce(payout, failure=told.failure or "unknown", now=now)
    tell_outcome(payout, now=now)
    return Verdict.APPLIED


@transaction_required
def _record(run: PayoutRun, file: ResultFile, *, user_id: int, now: datetime) -> None:
    record(
        action="payouts.import_result",
        object_type="payout_run",
        object_id=str(run.public_id),
        actor=Actor.user(user_id),
        detail={"file_sha256": file.sha256},
        now=now,
    )
