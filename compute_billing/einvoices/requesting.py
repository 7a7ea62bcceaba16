"""A buyer asks for the e-invoice of bills, and takes the request back while it has not left."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from accounts.models import Organisation
from accounts.notifications.kinds import Kind as Told
from accounts.notifications.operations import notify
from compute_billing.einvoices.composing import Sold, sold_on
from compute_billing.einvoices.locks import lock_einvoice
from compute_billing.einvoices.models import (
    EInvoice,
    EInvoiceBill,
    EInvoiceLine,
    EInvoiceLinePart,
    EInvoiceReversed,
    InvoiceTitle,
    InvoiceTitleVersion,
    Kind,
    State,
    TaxItem,
)
from compute_billing.einvoices.sharing import Fen, shared
from compute_billing.einvoices.titles import UnknownTitle
from compute_billing.invoices.models import Invoice, InvoiceLine
from compute_billing.invoices.procurement import remark_of
from compute_billing.invoices.queries import UnknownInvoice
from compute_billing.invoices.wording import in_words
from kernel.audit import Actor, record
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.money import Money
from kernel.transactions import (
    transaction,
    transaction_if_not_already,
    transaction_required,
)
from kernel.worlds import is_sandbox

BILLS_MAX: Final = 24
REMARKS_LENGTH_MAX: Final = 100
PRINTED_LENGTH_MAX: Final = 230
LINES_MAX: Final = 2_000


class UnknownEInvoice(DomainError):
    """There is no such e-invoice, or it is somebody else's."""

    code = "unknown_einvoice"


class UnableToRequestEInvoice(DomainError):
    """The bills, the kind or the title do not fit together."""

    code = "unable_to_request_einvoice"


class AlreadyInvoiced(DomainError):
    """A bill has an e-invoice, or one is being made."""

    code = "already_invoiced"


class TaxItemMissing(DomainError):
    """The issuer has not said under which tax code he sells."""

    code = "tax_item_missing"


class UnableToWithdraw(DomainError):
    """The request was handed to the tax bureau already, or is over."""

    code = "unable_to_withdraw_einvoice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a buyer asks for: bills of one issuer, 专票 or 普票, a title, and remarks to print."""

    tenant_id: int
    invoice_ids: Sequence[UUID]
    kind: str
    title_id: UUID
    remarks: str = ""


def request_einvoice(*, wish: Wish, actor: Actor, now: datetime) -> EInvoice:
    """Ask for the e-invoice of bills; lines, title and tax codes are what they are now for good.

    Raises:
        UnknownInvoice: a bill is not the tenant's.
        UnknownTitle: the title is not in use.
        UnableToRequestEInvoice: several issuers, nothing to invoice, or a title that gets no 专票.
        UnableToInvoiceCredit: the bills take more back than they sell.
        TaxItemMissing: the issuer has not set the tax code.
        AlreadyInvoiced: a bill has one, or is having one made.
    """
    taken = AlreadyInvoiced("A bill has an e-invoice, or one is being made: look at its page.")
    with (
        transaction_if_not_already(),
        constraint_errors({"einvoice_one_live_for_a_bill": taken}),
    ):
        bills = _bills(wish)
        title = _title(wish)
        sold = _sold(bills)
        _refuse_misfit(wish, bills=bills, title=title, sold=sold)
        einvoice = _insert(wish, bills=bills, title=title, sold=sold, now=now)
        record(
            actor=actor,
            organisation_id=wish.tenant_id,
            action="einvoices.request",
            object_type="einvoice",
            object_id=str(einvoice.public_id),
            detail={"kind": wish.kind, "total_fen": einvoice.total_fen, "bills": len(bills)},
            now=now,
        )
        notify(
            kind=Told.EINVOICE_REQUESTED,
            organisation_id=einvoice.issuer_id,
            about=told_of(einvoice),
            subject=f"einvoice:{einvoice.public_id}:requested",
            now=now,
        )
    return einvoice


def withdraw_einvoice(*, tenant_id: int, public_id: UUID, actor: Actor, now: datetime) -> EInvoice:
    """Take a request back before it leaves the house; its bills are free again.

    Raises:
        UnknownEInvoice: the tenant has none such.
        UnableToWithdraw: it has left, or is over.
    """
    with transaction():
        einvoice = lock_einvoice(public_id, tenant_id=tenant_id)
        if einvoice is None or einvoice.corrects_id:
            raise UnknownEInvoice("You have no such e-invoice.")
        if einvoice.state != State.REQUESTED:
            message = "It was handed to the tax bureau, or is over: ask the issuer."
            raise UnableToWithdraw(message, details={"state": einvoice.state})
        einvoice.state = State.WITHDRAWN
        einvoice.answered_at = now
        einvoice.save(update_fields=["state", "answered_at"])
        free_bills(einvoice, now=now)
        record(
            actor=actor,
            organisation_id=tenant_id,
            action="einvoices.withdraw",
            object_type="einvoice",
            object_id=str(public_id),
            now=now,
        )
    return einvoice


@transaction_required
def free_bills(einvoice: EInvoice, *, now: datetime) -> None:
    """Let the bills of an e-invoice that is over be asked for again."""
    live = EInvoiceBill.objects.filter(einvoice=einvoice, ended_at__isnull=True)
    live.update(ended_at=now)


def told_of(einvoice: EInvoice) -> dict[str, object]:
    """Return what people are told of an e-invoice, by reference."""
    return {
        "einvoice": str(einvoice.public_id),
        "colour": str(einvoice.colour),
        "document": einvoice.document_no,
        "total": {"amount": Money.from_fen(einvoice.total_fen).to_text(), "currency": "CNY"},
    }


def _bills(wish: Wish) -> list[Invoice]:
    wanted = set(wish.invoice_ids)
    if not 0 < len(wanted) <= BILLS_MAX:
        message = f"Choose 1 to {BILLS_MAX} bills."
        raise UnableToRequestEInvoice(message, details={"field": "invoices"})
    bills = list(
        Invoice.objects.filter(tenant_id=wish.tenant_id, public_id__in=wanted)
        .select_related("procurement")
        .order_by("pk")
    )
    if len(bills) < len(wanted):
        raise UnknownInvoice("You have no such bill.")
    return bills


def _title(wish: Wish) -> InvoiceTitleVersion:
    title = InvoiceTitle.objects.filter(
        tenant_id=wish.tenant_id, public_id=wish.title_id, retired_at__isnull=True
    ).first()
    if title is None:
        raise UnknownTitle("You have no such title in use.")
    return title.versions.latest("version")


def _sold(bills: Collection[Invoice]) -> list[Sold]:
    lines = list(
        InvoiceLine.objects.filter(invoice__in=bills).order_by("invoice_id", "position")[
            : LINES_MAX + 1
        ]
    )
    if len(lines) > LINES_MAX:
        message = f"The bills have more than {LINES_MAX} lines together: choose fewer."
        raise UnableToRequestEInvoice(message, details={"field": "invoices"})
    return sold_on(zip(lines, in_words(lines), strict=True))


def _refuse_misfit(
    wish: Wish, *, bills: Sequence[Invoice], title: InvoiceTitleVersion, sold: Sequence[Sold]
) -> None:
    faults = {
        "invoices": _fault_of_bills(bills, sold),
        "kind": "A kind is special or ordinary." if wish.kind not in Kind.values else "",
        "remarks": "Remarks have up to 100 characters."
        if len(wish.remarks) > REMARKS_LENGTH_MAX
        else "",
        "title": _fault_of_title(wish, bills=bills, title=title, sold=sold),
    }
    for name, message in faults.items():
        if message:
            raise UnableToRequestEInvoice(message, details={"field": name})


def _fault_of_bills(bills: Sequence[Invoice], sold: Sequence[Sold]) -> str:
    if is_sandbox(bills[0].tenant_id):
        return "A sandbox gets no invoices."
    if len({bill.issuer_id for bill in bills}) > 1:
        return "Each issuer invoices his own bills: choose bills of one."
    if any(bill.kind != Invoice.Kind.BILL for bill in bills):
        return "A credit note is invoiced by a red letter of its issuer."
    if not sold or sum(bill.total_fen for bill in bills) <= 0:
        return "There is nothing to invoice: no money, or less than a fen."
    return ""


def _fault_of_title(
    wish: Wish,
    *,
    bills: Sequence[Invoice],
    title: InvoiceTitleVersion,
    sold: Sequence[Sold],
) -> str:
    """Say why somebody gets no 专票: only the taxpayer who bought deducts its tax."""
    if wish.kind != Kind.SPECIAL:
        return ""
    if not any(one.weight.rate_ppm for one in sold):
        return "What is free of tax gets 普票 alone: there is nothing to deduct."
    if not title.uscc:
        return "专票 needs a title with a credit code."
    buyers = {
        bill.tenant_uscc or Organisation.objects.get(pk=bill.tenant_id).uscc for bill in bills
    }
    if buyers != {title.uscc}:
        return "专票 goes to the buyer himself: choose the title with your own credit code."
    return ""


@transaction_required
def _insert(
    wish: Wish,
    *,
    bills: Sequence[Invoice],
    title: InvoiceTitleVersion,
    sold: Sequence[Sold],
    now: datetime,
) -> EInvoice:
    last = bills[-1]
    fen = shared(
        total_fen=sum(bill.total_fen for bill in bills), weights=[one.weight for one in sold]
    )
    items = _items(last.issuer_id, {one.tax_class for one in sold})
    issuer = Organisation.objects.get(pk=last.issuer_id)
    einvoice = EInvoice.objects.create(
        kind=wish.kind,
        issuer=issuer,
        tenant_id=wish.tenant_id,
        issuer_name=last.issuer_name or issuer.name,
        issuer_uscc=last.issuer_uscc or issuer.uscc or "",
        title=title,
        seller=_default_title(last.issuer_id),
        remarks=_remarks(wish, bills),
        amount_fen=sum(one.amount_fen for one in fen),
        tax_fen=sum(one.tax_fen for one in fen),
        total_fen=sum(one.total_fen for one in fen),
        requested_at=now,
    )
    EInvoiceBill.objects.bulk_create(
        [EInvoiceBill(einvoice=einvoice, invoice=bill) for bill in bills]
    )
    _insert_lines(einvoice, sold=sold, fen=fen, items=items)
    return einvoice


def _insert_lines(
    einvoice: EInvoice, *, sold: Sequence[Sold], fen: Sequence[Fen], items: dict[str, TaxItem]
) -> None:
    lines = EInvoiceLine.objects.bulk_create(
        [
            EInvoiceLine(
                einvoice=einvoice,
                position=position,
                item=items[one.tax_class],
                rate_ppm=one.weight.rate_ppm,
                specification=one.specification,
                quantity=max(one.quantity, 0),
                net=one.net,
                amount_fen=part.amount_fen,
                tax_fen=part.tax_fen,
                total_fen=part.total_fen,
            )
            for position, (one, part) in enumerate(zip(sold, fen, strict=True), start=1)
        ]
    )
    EInvoiceLinePart.objects.bulk_create(
        [
            EInvoiceLinePart(line=line, invoice_line_id=part)
            for line, one in zip(lines, sold, strict=True)
            for part in one.parts
        ]
    )
    EInvoiceReversed.objects.bulk_create(
        [
            EInvoiceReversed(
                line=line, amount_fen=line.amount_fen, tax_fen=line.tax_fen, net=line.net
            )
            for line in lines
        ]
    )


def _items(issuer_id: int, classes: Collection[str]) -> dict[str, TaxItem]:
    """Return the newest tax item of each class.

    Raises:
        TaxItemMissing: a class has none.
    """
    found = {
        item.tax_class: item
        for item in TaxItem.objects.filter(issuer_id=issuer_id, tax_class__in=classes).order_by(
            "version"
        )
    }
    if missing := sorted(classes - found.keys()):
        message = f"The issuer has not set a tax code for {', '.join(missing)} yet: ask him to."
        raise TaxItemMissing(message, details={"tax_classes": missing})
    return found


def _default_title(organisation_id: int) -> InvoiceTitleVersion | None:
    """Return what an issuer's own title book says of address and bank."""
    title = InvoiceTitle.objects.filter(tenant_id=organisation_id, is_default=True).first()
    return None if title is None else title.versions.latest("version")


def _remarks(wish: Wish, bills: Sequence[Invoice]) -> str:
    """Return what is printed: bills, what the buyer wrote, and its purchase as far as it fits."""
    numbers = [f"{bill.series}-{bill.number:06d}" for bill in bills]
    shown = "、".join(numbers[:5]) + (f" 等 {len(numbers)} 张" if len(numbers) > 5 else "")
    typed = " ".join(wish.remarks.split())
    told = "；".join(filter(None, (f"账单号 {shown}", typed)))
    bought = remark_of(bills, longest=PRINTED_LENGTH_MAX - len(told) - 1)
    return "；".join(filter(None, (told, bought)))
