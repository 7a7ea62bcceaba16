"""Red letters (红字): what a credit note, or a wrong invoice, takes back of a blue e-invoice."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from compute_billing.einvoices.locks import lock_counters, lock_einvoice
from compute_billing.einvoices.models import (
    Colour,
    EInvoice,
    EInvoiceLine,
    EInvoiceReversed,
    Reason,
    State,
)
from compute_billing.einvoices.requesting import UnknownEInvoice
from compute_billing.einvoices.sharing import reversed_of
from compute_billing.invoices.models import Invoice
from kernel.audit import Actor, record
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.sql import rows, statement
from kernel.transactions import transaction, transaction_required


class UnableToReverse(DomainError):
    """The e-invoice is none that a red letter can correct so, or nothing of it is left."""

    code = "unable_to_reverse_einvoice"


class AlreadyReversed(DomainError):
    """The credit note has its red letter, or one is being made."""

    code = "already_reversed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """Which blue e-invoice is corrected, for which credit note, and why.

    Without a credit note all that is left of it is taken back, because it was wrong (01).
    """

    blue_id: UUID
    credit_note_id: UUID | None
    reason: str
    confirmation_no: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """What is taken back of a blue line."""

    line: EInvoiceLine
    amount_fen: int
    tax_fen: int
    net: int
    is_whole: bool


def request_red_letter(
    *,
    issuer_ids: Collection[int] | None,
    correction: Correction,
    actor: Actor,
    now: datetime,
) -> EInvoice:
    """Ask for the red letter of a blue e-invoice; it is exported and answered like any other.

    `issuer_ids` are those for whom the caller acts; None is everybody.

    Raises:
        UnknownEInvoice: there is none such of these issuers.
        UnableToReverse: it is not issued, nothing is left, or the credit note is not of it.
        AlreadyReversed: the credit note has its red letter.
    """
    twice = AlreadyReversed("The credit note has its red letter: look at the blue invoice's page.")
    with transaction(), constraint_errors({"einvoice_red_once_for_a_credit_note": twice}):
        blue = lock_einvoice(correction.blue_id)
        if blue is None or (issuer_ids is not None and blue.issuer_id not in issuer_ids):
            raise UnknownEInvoice("There is no such e-invoice.")
        _refuse_misfit(blue, correction)
        note = _credit_note(blue, correction)
        taken = _taken(blue, _credited(blue, note))
        red = _insert(blue, correction, note=note, taken=taken, now=now)
        record(
            actor=actor,
            organisation_id=blue.issuer_id,
            action="einvoices.reverse",
            object_type="einvoice",
            object_id=str(red.public_id),
            detail={
                "corrects": str(blue.public_id),
                "reason": correction.reason,
                "total_fen": red.total_fen,
            },
            now=now,
        )
    return red


def _refuse_misfit(blue: EInvoice, correction: Correction) -> None:
    if blue.colour != Colour.BLUE or blue.state != State.ISSUED:
        message = "Only a blue e-invoice with a number can be corrected by a red one."
        raise UnableToReverse(message)
    if correction.reason not in Reason.values:
        message = "The reason is 01 开票有误, 02 销售退货, 03 服务中止 or 04 销售折让."
        raise UnableToReverse(message, details={"field": "reason"})
    if correction.credit_note_id is None and correction.reason != Reason.WRONG:
        message = "Without a credit note all of it is taken back, for reason 01 开票有误 alone."
        raise UnableToReverse(message, details={"field": "reason"})
    if correction.credit_note_id is None and _has_waiting(blue):
        message = "Another red letter of it waits: take in its answer first."
        raise UnableToReverse(message, details={"field": "credit_note"})


def _has_waiting(blue: EInvoice) -> bool:
    """Say whether a red letter is on its way, of which nobody knows yet whether it counts.

    Were it refused after the rest was taken back, its part would stand on the blue e-invoice and
    on the one that is made anew.
    """
    waiting = (State.REQUESTED, State.EXPORTED)
    return EInvoice.objects.filter(corrects=blue, state__in=waiting).exists()


def _credit_note(blue: EInvoice, correction: Correction) -> Invoice | None:
    if correction.credit_note_id is None:
        return None
    note = Invoice.objects.filter(
        public_id=correction.credit_note_id,
        kind=Invoice.Kind.CREDIT_NOTE,
        issuer_id=blue.issuer_id,
        tenant_id=blue.tenant_id,
    ).first()
    if note is None:
        message = "There is no such credit note between these two."
        raise UnableToReverse(message, details={"field": "credit_note"})
    return note


def _credited(blue: EInvoice, note: Invoice | None) -> Mapping[int, int] | None:
    """Return how many micro-yuan a credit note takes back of each blue line; None of all."""
    if note is None:
        return None
    found = rows(
        statement(__package__, "credited_lines.sql"), einvoice_id=blue.pk, invoice_id=note.pk
    )
    return {int(one["line_id"]): int(one["net"]) for one in found}


@transaction_required
def _taken(blue: EInvoice, credited: Mapping[int, int] | None) -> list[_Taken]:
    lines = {line.pk: line for line in blue.lines.select_related("item").order_by("position")}
    wanted = {pk: line.net for pk, line in lines.items()} if credited is None else credited
    counters = lock_counters(wanted.keys())
    taken = [_of_line(lines[pk], counters[pk], net) for pk, net in sorted(wanted.items())]
    taken = [one for one in taken if one.net]
    if not any(one.amount_fen + one.tax_fen for one in taken):
        message = "Nothing of it is to be taken back: not a fen, or all of it is already."
        raise UnableToReverse(message)
    for one in taken:
        counter = counters[one.line.pk]
        counter.reversed_amount_fen += one.amount_fen
        counter.reversed_tax_fen += one.tax_fen
        counter.reversed_net += one.net
        counter.save()
    return taken


def _of_line(line: EInvoiceLine, counter: EInvoiceReversed, net: int) -> _Taken:
    net = min(net, counter.net - counter.reversed_net)
    reversed_net = counter.reversed_net + net
    return _Taken(
        line=line,
        amount_fen=reversed_of(
            whole_fen=counter.amount_fen,
            whole_net=counter.net,
            net=reversed_net,
            before_fen=counter.reversed_amount_fen,
        ),
        tax_fen=reversed_of(
            whole_fen=counter.tax_fen,
            whole_net=counter.net,
            net=reversed_net,
            before_fen=counter.reversed_tax_fen,
        ),
        net=net,
        is_whole=net == counter.net,
    )


@transaction_required
def _insert(
    blue: EInvoice,
    correction: Correction,
    *,
    note: Invoice | None,
    taken: Collection[_Taken],
    now: datetime,
) -> EInvoice:
    amount, tax = sum(one.amount_fen for one in taken), sum(one.tax_fen for one in taken)
    red = EInvoice.objects.create(
        colour=Colour.RED,
        kind=blue.kind,
        issuer_id=blue.issuer_id,
        tenant_id=blue.tenant_id,
        issuer_name=blue.issuer_name,
        issuer_uscc=blue.issuer_uscc,
        title_id=blue.title_id,
        seller_id=blue.seller_id,
        remarks=f"冲红 {blue.number}" + (f"；调减单号 {_number(note)}" if note else ""),
        amount_fen=amount,
        tax_fen=tax,
        total_fen=amount + tax,
        corrects=blue,
        credit_note=note,
        reason=correction.reason,
        confirmation_no=correction.confirmation_no.strip(),
        requested_at=now,
    )
    EInvoiceLine.objects.bulk_create(
        [
            EInvoiceLine(
                einvoice=red,
                position=position,
                item_id=one.line.item_id,
                rate_ppm=one.line.rate_ppm,
                specification=one.line.specification,
                quantity=one.line.quantity if one.is_whole else 0,
                net=one.net,
                amount_fen=one.amount_fen,
                tax_fen=one.tax_fen,
                total_fen=one.amount_fen + one.tax_fen,
                corrects=one.line,
            )
            for position, one in enumerate(taken, start=1)
        ]
    )
    return red


def _number(note: Invoice) -> str:
    return f"{note.series}-{note.number:06d}"


@transaction_required
def give_back(red: EInvoice) -> None:
    """Leave a blue e-invoice what a red letter that was refused had taken of it."""
    lines = list(red.lines.all())
    counters = lock_counters([line.corrects_id for line in lines if line.corrects_id])
    for line in lines:
        counter = counters[line.corrects_id or 0]
        counter.reversed_amount_fen -= line.amount_fen
        counter.reversed_tax_fen -= line.tax_fen
        counter.reversed_net -= line.net
        counter.save()
