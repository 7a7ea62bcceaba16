"""Every read of e-invoices. Callers are bound to tenants, or to the issuers they act for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from accounts.models import Organisation
from compute_billing.catalogue.models import PriceList
from compute_billing.einvoices import data_file
from compute_billing.einvoices.models import (
    Colour,
    EInvoice,
    EInvoiceBill,
    EInvoiceFile,
    EInvoiceLine,
    InvoiceTitle,
    InvoiceTitleVersion,
    State,
    TaxItem,
)
from compute_billing.einvoices.requesting import UnknownEInvoice
from compute_billing.einvoices.titles import UnknownTitle
from compute_billing.invoices.models import Invoice
from kernel.sql import rows, statement

__all__ = ["Colour", "EInvoice", "State", "UnknownEInvoice", "UnknownTitle"]

DUE_MAX: Final = 200
STATES: Final = tuple(str(state) for state in State)


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """A title as it is now."""

    public_id: UUID
    is_default: bool
    version: int
    name: str
    uscc: str
    address: str
    phone: str
    bank: str
    bank_account: str
    email: str
    mobile: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RedLetterDue:
    """A credit note over an issued e-invoice without its red letter."""

    blue: UUID
    blue_number: str
    credit_note: UUID
    credit_note_number: str
    issued_at: datetime
    tenant: str
    tenant_id: int
    net: int


def titles_of(*, tenant_id: int) -> list[Title]:
    """Return the titles of an organisation that are in use, the default first."""
    found = InvoiceTitle.objects.filter(tenant_id=tenant_id, retired_at__isnull=True)
    versions = InvoiceTitleVersion.objects.order_by("-version")
    ordered = found.prefetch_related(Prefetch("versions", versions)).order_by("-is_default", "pk")
    return [_title(title) for title in ordered]


def title_of(*, tenant_id: int, public_id: UUID) -> Title:
    """Return one of them.

    Raises:
        UnknownTitle: there is none such in use.
    """
    for title in titles_of(tenant_id=tenant_id):
        if title.public_id == public_id:
            return title
    raise UnknownTitle("You have no such title in use.")


def _title(title: InvoiceTitle) -> Title:
    last = title.versions.all()[0]
    return Title(
        public_id=title.public_id,
        is_default=title.is_default,
        version=last.version,
        name=last.name,
        uscc=last.uscc,
        address=last.address,
        phone=last.phone,
        bank=last.bank,
        bank_account=last.bank_account,
        email=last.email,
        mobile=last.mobile,
    )


def _all() -> QuerySet[EInvoice]:
    bills = EInvoiceBill.objects.select_related("invoice").order_by("invoice_id")
    return EInvoice.objects.select_related(
        "title", "seller", "issuer", "tenant", "file", "corrects", "credit_note"
    ).prefetch_related(Prefetch("bills", bills))


def einvoice_page(
    *,
    tenant_ids: Collection[int] | None = None,
    issuer_ids: Collection[int] | None = None,
    state: str = "",
    after: UUID | None = None,
    limit: int,
) -> list[EInvoice]:
    """Return e-invoices of tenants and issuers (None: of all), the newest request first.

    Raises:
        UnknownEInvoice: there is none `after`.
    """
    found = _among(tenant_ids=tenant_ids, issuer_ids=issuer_ids)
    if state:
        found = found.filter(state=state)
    if after is not None:
        last = found.filter(public_id=after).values_list("pk", flat=True).first()
        if last is None:
            raise UnknownEInvoice("There is no such e-invoice.")
        found = found.filter(pk__lt=last)
    return list(found.order_by("-pk")[:limit])


def _among(
    *, tenant_ids: Collection[int] | None, issuer_ids: Collection[int] | None
) -> QuerySet[EInvoice]:
    found = _all()
    if tenant_ids is not None:
        found = found.filter(tenant_id__in=tenant_ids)
    if issuer_ids is not None:
        found = found.filter(issuer_id__in=issuer_ids)
    return found


def einvoice_of(
    *,
    public_id: UUID,
    tenant_ids: Collection[int] | None = None,
    issuer_ids: Collection[int] | None = None,
) -> EInvoice:
    """Return an e-invoice.

    Raises:
        UnknownEInvoice: there is none such of these tenants and issuers.
    """
    among = _among(tenant_ids=tenant_ids, issuer_ids=issuer_ids)
    found = among.filter(public_id=public_id).first()
    if found is None:
        raise UnknownEInvoice("There is no such e-invoice.")
    return found


def lines_of(einvoice: EInvoice) -> list[EInvoiceLine]:
    """Return its lines with their tax items."""
    return list(einvoice.lines.select_related("item").order_by("position"))


def red_letters_of(einvoice: EInvoice) -> list[EInvoice]:
    """Return the red letters of a blue one, the oldest first."""
    return list(einvoice.red_letters.order_by("pk"))


def einvoices_on(*, invoice_ids: Collection[int]) -> dict[int, list[EInvoice]]:
    """Return what was asked for of each bill, the newest first; ended ones too.

    A credit note has the red letters that were made for it.
    """
    told: dict[int, list[EInvoice]] = {invoice_id: [] for invoice_id in invoice_ids}
    blue = EInvoiceBill.objects.filter(invoice_id__in=invoice_ids).select_related("einvoice")
    for bill in blue.order_by("-einvoice_id"):
        told[bill.invoice_id].append(bill.einvoice)
    for red in EInvoice.objects.filter(credit_note_id__in=invoice_ids).order_by("-pk"):
        told[red.credit_note_id or 0].append(red)
    return told


def open_bills(*, tenant_id: int, issuer_id: int | None = None) -> list[Invoice]:
    """Return a tenant's bills of an issuer that have no live e-invoice, the latest first."""
    live = EInvoiceBill.objects.filter(invoice_id=OuterRef("pk"), ended_at__isnull=True)
    found = Invoice.objects.filter(
        ~Exists(live), tenant_id=tenant_id, kind=Invoice.Kind.BILL, total_fen__gt=0
    )
    if issuer_id is not None:
        found = found.filter(issuer_id=issuer_id)
    return list(found.select_related("issuer").order_by("-period", "-pk"))


def is_live(*, invoice_id: int) -> bool:
    """Say whether a bill has an e-invoice, or is having one made."""
    return EInvoiceBill.objects.filter(invoice_id=invoice_id, ended_at__isnull=True).exists()


def red_letters_due(
    *,
    issuer_ids: Collection[int] | None = None,
    tenant_ids: Collection[int] | None = None,
    invoice_id: int | None = None,
) -> list[RedLetterDue]:
    """Return credit notes (or one of them) whose red letters are due, the oldest first."""
    found = rows(
        statement(__package__, "red_letters_due.sql"),
        issuer_ids=None if issuer_ids is None else list(issuer_ids),
        tenant_ids=None if tenant_ids is None else list(tenant_ids),
        invoice_id=invoice_id,
        limit=DUE_MAX,
    )
    return [RedLetterDue(**one) for one in found]


def files_of(*, issuer_ids: Collection[int] | None, limit: int) -> list[EInvoiceFile]:
    """Return what was exported, the newest first, without its contents."""
    files = EInvoiceFile.objects.select_related("issuer").defer("content")
    if issuer_ids is not None:
        files = files.filter(issuer_id__in=issuer_ids)
    return list(files.order_by("-pk")[:limit])


def file_of(*, issuer_ids: Collection[int] | None, public_id: UUID, form: str) -> bytes:
    """Return an exported file as "json" or "csv", the same bytes whenever it is asked for.

    Raises:
        UnknownEInvoice: there is none such of these issuers.
    """
    files = EInvoiceFile.objects.filter(public_id=public_id)
    if issuer_ids is not None:
        files = files.filter(issuer_id__in=issuer_ids)
    found = files.first()
    if found is None:
        raise UnknownEInvoice("There is no such file.")
    if form == "csv":
        return data_file.table_of(found.content).encode("utf-8-sig")
    return found.content.encode()


def waiting_counts(*, issuer_ids: Collection[int] | None) -> dict[int, int]:
    """Return how many requests of each issuer wait to be exported."""
    found = EInvoice.objects.filter(state=State.REQUESTED)
    if issuer_ids is not None:
        found = found.filter(issuer_id__in=issuer_ids)
    counts: dict[int, int] = {}
    for issuer_id in found.values_list("issuer_id", flat=True):
        counts[issuer_id] = counts.get(issuer_id, 0) + 1
    return counts


def issuers_among(organisation_ids: Collection[int] | None) -> list[Organisation]:
    """Return who issues bills, of some organisations (None: of all real ones)."""
    selling = PriceList.objects.filter(issuer_id=OuterRef("pk"))
    found = Organisation.objects.filter(Exists(selling), sandbox_of=None)
    if organisation_ids is not None:
        found = found.filter(pk__in=organisation_ids)
    return list(found.order_by("code"))


def items_of(*, issuer_ids: Collection[int] | None) -> list[TaxItem]:
    """Return the newest tax item of each issuer and class."""
    items = TaxItem.objects.select_related("issuer")
    if issuer_ids is not None:
        items = items.filter(issuer_id__in=issuer_ids)
    newest = {(item.issuer_id, item.tax_class): item for item in items.order_by("version")}
    return [newest[key] for key in sorted(newest)]
