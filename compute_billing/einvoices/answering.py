"""What the tax bureau answers: a number of 20 digits, or why not. Each is stored once."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from accounts.notifications.kinds import Kind as Told
from accounts.notifications.operations import notify
from compute_billing.einvoices.locks import lock_einvoice
from compute_billing.einvoices.models import WAITING, Colour, EInvoice, State
from compute_billing.einvoices.numbering import check_number
from compute_billing.einvoices.requesting import UnknownEInvoice, free_bills, told_of
from compute_billing.einvoices.reversing import give_back
from kernel.audit import Actor, record
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.transactions import transaction, transaction_required

REFUSAL_LENGTH_MAX: Final = 300


class UnableToRecordAnswer(DomainError):
    """The answer is incomplete, of another day, or its number stands elsewhere."""

    code = "unable_to_record_einvoice_answer"


class EInvoiceAnswered(DomainError):
    """Another answer stands already."""

    code = "einvoice_answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back for a 单据号: a number and its day, or a reason; with a red one its 确认单."""

    document_no: str
    number: str = ""
    issued_on: date | None = None
    refusal: str = ""
    confirmation_no: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an answer of a file; `problem` is empty where it is stored."""

    position: int
    document_no: str
    state: str
    problem: str = ""


def record_answers(
    *,
    issuer_ids: Collection[int] | None,
    answers: Iterable[tuple[int, Answer]],
    actor: Actor,
    now: datetime,
) -> list[Outcome]:
    """Store the answers of a file, each by itself: one that does not fit stops no other."""
    outcomes = []
    for position, answer in answers:
        try:
            found = record_answer(issuer_ids=issuer_ids, answer=answer, actor=actor, now=now)
            state, problem = str(found.state), ""
        except DomainError as error:
            state, problem = "", error.message
        outcomes.append(
            Outcome(position=position, document_no=answer.document_no, state=state, problem=problem)
        )
    return outcomes


def record_answer(
    *, issuer_ids: Collection[int] | None, answer: Answer, actor: Actor, now: datetime
) -> EInvoice:
    """Store an answer; the same one again changes nothing.

    Raises:
        UnknownEInvoice: no e-invoice of these issuers has this 单据号.
        MalformedEInvoiceNumber: the number is none of that day.
        UnableToRecordAnswer: neither number nor reason, or the number stands elsewhere.
        EInvoiceAnswered: another answer stands, or it was withdrawn.
    """
    elsewhere = UnableToRecordAnswer("This number stands on another e-invoice.")
    with transaction(), constraint_errors({"einvoices_einvoice_number_key": elsewhere}):
        einvoice = _locked(answer.document_no, issuer_ids=issuer_ids)
        number = _checked(answer, now=now)
        if einvoice.state not in WAITING:
            return _refuse_another(einvoice, answer, number=number)
        if number:
            _issue(einvoice, answer, number=number, now=now)
        else:
            _refuse(einvoice, answer, now=now)
        record(
            actor=actor,
            organisation_id=einvoice.issuer_id,
            action=f"einvoices.{'issue' if number else 'refuse'}",
            object_type="einvoice",
            object_id=str(einvoice.public_id),
            detail={"number": number} if number else {},
            now=now,
        )
    return einvoice


@transaction_required
def _locked(document_no: str, *, issuer_ids: Collection[int] | None) -> EInvoice:
    text = document_no.strip().upper().removeprefix("SJ")
    found = None
    if text.isascii() and text.isdigit() and len(text) <= 18:
        found = EInvoice.objects.filter(pk=int(text)).values_list("public_id", flat=True).first()
    einvoice = None if found is None else lock_einvoice(found)
    if einvoice is None or (issuer_ids is not None and einvoice.issuer_id not in issuer_ids):
        raise UnknownEInvoice(f"No e-invoice has the 单据号 {document_no[:40]}.")
    return einvoice


def _checked(answer: Answer, *, now: datetime) -> str:
    """Return the number, or nothing where the answer is a refusal."""
    if bool(answer.number.strip()) == bool(answer.refusal.strip()):
        message = "An answer is either a number or a reason: give one of them."
        raise UnableToRecordAnswer(message)
    if not answer.number.strip():
        return ""
    if answer.issued_on is None or (answer.issued_on - now.date()).days > 1:
        message = "With the number comes the day of its issue, which is not to come."
        raise UnableToRecordAnswer(message, details={"field": "issued_on"})
    return check_number(answer.number, issued_on=answer.issued_on)


def _refuse_another(einvoice: EInvoice, answer: Answer, *, number: str) -> EInvoice:
    known = einvoice.number or ""
    is_same = (known, einvoice.refusal) == (number, _shortened(answer.refusal))
    if einvoice.state == State.WITHDRAWN or not is_same:
        message = f"{einvoice.document_no} is {einvoice.state} already: nothing was changed."
        raise EInvoiceAnswered(message, details={"state": str(einvoice.state)})
    return einvoice


def _shortened(text: str) -> str:
    return " ".join(text.split())[:REFUSAL_LENGTH_MAX]


@transaction_required
def _issue(einvoice: EInvoice, answer: Answer, *, number: str, now: datetime) -> None:
    einvoice.state, einvoice.number = State.ISSUED, number
    einvoice.issued_on, einvoice.answered_at = answer.issued_on, now
    if answer.confirmation_no.strip():
        einvoice.confirmation_no = answer.confirmation_no.strip()[:40]
    einvoice.save()
    if einvoice.corrects is not None and einvoice.credit_note_id is None:
        # The wrong invoice is undone: its bills may be invoiced as they should have been.
        free_bills(einvoice.corrects, now=now)
    _tell(Told.EINVOICE_ISSUED, einvoice, now=now, number=number)


@transaction_required
def _refuse(einvoice: EInvoice, answer: Answer, *, now: datetime) -> None:
    einvoice.state, einvoice.answered_at = State.REFUSED, now
    einvoice.refusal = _shortened(answer.refusal)
    einvoice.save()
    if einvoice.colour == Colour.RED:
        give_back(einvoice)
        return
    free_bills(einvoice, now=now)
    _tell(Told.EINVOICE_REFUSED, einvoice, now=now)


@transaction_required
def _tell(kind: Told, einvoice: EInvoice, *, now: datetime, **more: str) -> None:
    notify(
        kind=kind,
        organisation_id=einvoice.tenant_id,
        about=told_of(einvoice) | more,
        subject=f"einvoice:{einvoice.public_id}",
        now=now,
    )
